"""The surfaces for programs: REST by noun under `rest/`, GraphQL under `graphql/`.

This room turns requests into calls of the rooms below and their errors into problem documents,
by one table. It decides nothing about syncing or storing, and reads no settings.
"""

from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services

__all__ = ["ApiOptions", "Services", "create_api"]
