"""The database: engine, sessions, migrations, and the base that all tables share."""
