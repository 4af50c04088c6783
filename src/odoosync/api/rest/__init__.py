"""REST, a file per noun. Each has a `router` made by `new_router`; the list is what is served."""

from odoosync.api.rest import (
    api_keys,
    auth,
    connections,
    me,
    profile,
    records,
    runs,
    set_aside,
    verify,
)

ROUTERS = (
    auth.router,
    me.router,
    api_keys.router,
    profile.router,
    connections.router,
    runs.router,
    verify.router,
    set_aside.router,
    records.router,
)

__all__ = ["ROUTERS"]
