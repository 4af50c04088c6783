"""Where the service may connect to: URLs that people typed, and the guard on every address.

Odoo and the receivers of webhooks are called through it alike. It knows nothing of what is sent.
"""
