"""The only room that speaks HTTP to a model."""
