"""The door for HTTP: it reads requests, checks tokens, asks the schema, and holds no rules of its own."""
