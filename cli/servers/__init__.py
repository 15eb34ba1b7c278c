"""Real PostgreSQL and Redis-compatible servers from wheels, for a machine that has none."""
