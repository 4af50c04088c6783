"""GraphQL at `/graphql`: the same reading and syncing as REST, for those who pick their fields.

Names are Odoo's and the seed's, in snake_case. Resolvers hand over to `api.reading` and the sync
service; nothing is decided here, and no other room knows of Strawberry.
"""

from odoosync.api.graphql.endpoint import graphql_router

__all__ = ["graphql_router"]
