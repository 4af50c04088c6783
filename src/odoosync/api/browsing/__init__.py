"""Two pages to try the API on: Swagger UI at `/docs`, and in development GraphiQL at `/graphql`.

What they load comes from this package, for a service on a closed network has nothing else. They
hold no data and know of no user: whoever browses signs in on the page.
"""

from odoosync.api.browsing.pages import browsing_router

__all__ = ["browsing_router"]
