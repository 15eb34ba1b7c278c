"""Users, identities, groups and membership: who is who, and who may see whom."""
