"""Schemas: what the API takes and shows, one file a noun; REST, GraphQL and the CLI share them."""
