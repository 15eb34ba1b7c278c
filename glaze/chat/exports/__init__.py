"""Readers of Signal exports: pure, streaming, one internal model for three formats."""
