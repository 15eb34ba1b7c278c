"""From an export to the tables: stage by COPY, merge by set-based SQL, all in one transaction."""
