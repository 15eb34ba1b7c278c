"""The readable form in which the sample chat is written by hand, and its strict reader."""
