"""Who may use the service: users, their passwords, sessions, API keys, and what they did.

Each user has a personal tenant, made with them. This room knows nothing of Odoo, of HTTP, or of
what the tenant's data is: deleting a user deletes by tenant, whatever tables there are.
"""

from odoosync.accounts.context import Accounts, open_accounts
from odoosync.accounts.principal import ALL_SCOPES, Principal, Scope

__all__ = ["ALL_SCOPES", "Accounts", "Principal", "Scope", "open_accounts"]
