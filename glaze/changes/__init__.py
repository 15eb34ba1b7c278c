"""Evidence versions: how a lower room tells an upper one that evidence moved (R13)."""
