"""REST, a file per noun. Each has a `router` made by `new_router`; the list is what is served."""

from odoosync.api.rest import (
    api_keys,
    audit,
    auth,
    changes,
    connection_credentials,
    connection_state,
    connections,
    datasets,
    deliveries,
    me,
    profile,
    questions,
    records,
    run_history,
    runs,
    schedules,
    set_aside,
    verify,
    webhooks,
)

ROUTERS = (
    auth.router,
    me.router,
    api_keys.router,
    profile.router,
    connections.router,
    connection_credentials.router,
    connection_state.router,
    run_history.router,
    runs.router,
    schedules.router,
    datasets.router,
    verify.router,
    questions.router,
    set_aside.router,
    audit.router,
    changes.router,
    webhooks.router,
    deliveries.router,
    deliveries.mail_router,
    records.router,
)

__all__ = ["ROUTERS"]
