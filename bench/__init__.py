"""Measurements: each a ratio to its floor in one run, runnable as `./wb bench NAME`."""
