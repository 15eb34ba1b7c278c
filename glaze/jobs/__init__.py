"""The job record: PostgreSQL is the queue, a doorbell only rings."""
