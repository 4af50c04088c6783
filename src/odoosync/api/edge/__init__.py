"""What every request passes before a router sees it: plain ASGI, knowing nothing of any noun."""
