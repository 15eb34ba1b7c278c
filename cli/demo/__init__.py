"""What `./wb demo` shows: a sample group to import, and the servers and processes around it."""
