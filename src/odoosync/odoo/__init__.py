"""A library that reads any Odoo from 16 on, over JSON-RPC or JSON-2, and says plainly what failed.

It exists so that the rest of the project asks for models, fields and rows and never sees a
protocol, a socket or a server's traceback. It knows nothing of users, tenants, storage or
settings: addresses, limits and secrets are values that it is handed.

Way in: `url.parse_odoo_url` -> `login.Login` -> `client.open_client` -> `client.OdooClient`;
`fields.PageDecoder` turns the rows into values; `errors` is the tree of what can go wrong.
"""
