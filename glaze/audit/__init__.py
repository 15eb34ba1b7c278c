"""Who did what to whom, without any text."""
