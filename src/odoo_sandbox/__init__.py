"""A small Odoo, 16 to 19, in memory: one fake for the demo, the tests and the benchmarks.

It answers as the recorded servers do, over JSON-RPC and (19) JSON-2, keeps their rules about
transactions, `write_date`, archived rows, rights and volatile fields, and breaks on demand.
`World` and everything below it is pure: no sockets, no clock of its own. `http` speaks the
protocols, `server` owns the socket. It must not know the service: nothing here imports a room
that stores, syncs or serves.
"""

from __future__ import annotations

from odoo_sandbox.faults import Fault, Faults
from odoo_sandbox.http import sandbox_app
from odoo_sandbox.seeding import seed_world
from odoo_sandbox.server import SandboxServer, run
from odoo_sandbox.world import World

__all__ = ["Fault", "Faults", "SandboxServer", "World", "run", "sandbox_app", "seed_world"]
