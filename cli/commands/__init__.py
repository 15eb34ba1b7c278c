"""The commands of `./wb`, a file for each family."""
