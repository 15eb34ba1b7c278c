"""A script turned into the frames of Signal's own export."""
