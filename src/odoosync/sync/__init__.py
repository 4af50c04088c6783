"""Syncing: from one Odoo, page by page, into the copy, by the algorithm of the design.

`window`, `plan`, `deletion_guard` and `mapping` decide and are pure; `engine` is the one place
where Odoo and the store meet; `runs` is the history; `service` is what the surfaces call. A request
to sync travels down as a job and never calls the engine.
"""
