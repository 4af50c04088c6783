"""A user's Odoo instances: stored sealed, tested in stages, one of them active.

Nothing is saved here that did not log in first. This room knows nothing of syncing: it only says
which Odoo is meant, and opens a client for it.
"""
