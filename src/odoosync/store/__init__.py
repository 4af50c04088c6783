"""The store: the copy of each connection's records, written in pages and read in pages.

Every function takes a transaction of one tenant. This room does not know what a contact is, where
records come from or how Odoo answers; a row is an id, a JSON document and what lists go by.
"""
