"""The domain of Signal Profile Glaze: what is true without HTTP, GraphQL or arq."""
