"""The composition root of a worker process: settings in, work done until it is told to stop.

`python -m odoosync.worker` is the child of `serve`: it ends with its parent.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Final

from odoosync.accounts.known_keys import begin_with_keys
from odoosync.addresses.outbound import Outbound
from odoosync.clock import utc_now
from odoosync.connections.leaving import leaving
from odoosync.connections.returning import returning
from odoosync.crypto import KeyRing, KeySource
from odoosync.db import Database, open_database
from odoosync.db.home import this_machine
from odoosync.errors import OdoosyncError
from odoosync.jobs.child import end_with_parent
from odoosync.jobs.claiming import Limits
from odoosync.jobs.one_machine import check_alone
from odoosync.jobs.presence import WORKERS_FOLDER
from odoosync.jobs.retry import RetryPolicy
from odoosync.jobs.rounds import Round
from odoosync.jobs.runner import Timing
from odoosync.jobs.task import Task
from odoosync.jobs.worker import Worker, new_worker_id
from odoosync.log import configure_logging, get_logger
from odoosync.memory import MEBIBYTE
from odoosync.notifications.claiming import expire_mails
from odoosync.notifications.http_delivery import WebhookClient, webhook_guard
from odoosync.notifications.mailing import open_mailer
from odoosync.notifications.sender import DeliveryContext, sending
from odoosync.odoo.transport import open_transport
from odoosync.settings import Settings, load_settings
from odoosync.sync.deletion_guard import Guard
from odoosync.sync.engine.maker import Maker
from odoosync.sync.engine.open_odoo import Equipment
from odoosync.sync.retention import Keep, shortening
from odoosync.sync.rounds import ticking, watching
from odoosync.sync.run_log import Recorded
from odoosync.sync.tasks import SyncTask

log = get_logger(__name__)
_STOP_LIMIT_S: Final = 20.0
_EXPIRE_MAILS_S: Final = 60.0
_LOOK_AT_LOG_S: Final = 0.5
_M_ARENA_MAX: Final = -8
TaskFactory = Callable[[Settings, Database, KeyRing], AbstractAsyncContextManager[Task]]


@asynccontextmanager
async def sync_task(
    settings: Settings, database: Database, key_ring: KeyRing
) -> AsyncIterator[Task]:
    """Equip the syncs of this process: they share one pool of connections to Odoo."""
    outbound = Outbound.of(settings.ca_file, settings.configured_outbound_proxy)
    transport = open_transport(
        settings.default_odoo_url,
        settings.allowed_odoo_hosts,
        outbound,
        page_megabytes=settings.page_megabytes,
    )
    maker = Maker(in_process=(os.cpu_count() or 1) > 1)
    try:
        task = SyncTask(
            Equipment(
                database=database,
                transport=transport,
                key_ring=key_ring,
                clock=utc_now,
                deletion_guard=Guard(
                    max_share=settings.deletion_guard_percent / 100,
                    max_rows=settings.deletion_guard_rows,
                ),
                maker=maker,
                quotas=settings.quotas,
                page_bytes=settings.page_megabytes * MEBIBYTE,
            )
        )
        yield Recorded(task, database)
    finally:
        try:
            await maker.close()
        finally:
            await transport.close()


def _post(settings: Settings, database: Database, key_ring: KeyRing) -> DeliveryContext:
    outbound = Outbound.of(settings.ca_file, settings.configured_outbound_proxy)
    return DeliveryContext(
        database=database,
        key_ring=key_ring,
        client=WebhookClient(webhook_guard(settings.allowed_webhook_hosts), outbound=outbound),
        mailer=open_mailer(settings.configured_smtp_url, outbound.tls),
    )


async def work(
    settings: Settings,
    stop: asyncio.Event,
    make_task: TaskFactory = sync_task,
    *,
    timing: Timing | None = None,
    policy: RetryPolicy | None = None,
) -> bool:
    """Work on a migrated database until `stop` is set. Raises NotOnThisMachine, KeysMissing.

    Returns whether it ended because its memory was full, and another worker is wanted.
    """
    url, folder = settings.effective_database_url, settings.data_dir.resolve()
    database, worker_id = open_database(url), new_worker_id()
    keep = Keep(settings.history_days, settings.audit_days, settings.event_days)
    try:
        await check_alone(database, this_machine())
        keys = KeySource(settings.configured_keys, settings.data_dir)
        key_ring = await begin_with_keys(database, keys, utc_now(), makes=True)
        async with (
            make_task(settings, database, key_ring) as task,
            sending(_post(settings, database, key_ring)) as telling,
        ):
            rounds = (
                ticking(database),
                watching(database),
                shortening(database, keep),
                leaving(database),
                returning(database),
                Round(_EXPIRE_MAILS_S, lambda: expire_mails(database, utc_now())),
                Round(_LOOK_AT_LOG_S, database.shorten_log),
            )
            worker = Worker(
                database,
                task,
                worker_id=worker_id,
                concurrency=settings.worker_concurrency,
                limits=Limits(
                    per_tenant=settings.tenant_concurrency,
                    per_server=settings.odoo_concurrency,
                ),
                presence_folder=folder / WORKERS_FOLDER,
                rounds=(*rounds, telling),
                timing=timing,
                policy=policy,
                memory_limit=settings.worker_megabytes * MEBIBYTE,
            )
            await worker.run(stop)
            return worker.is_full and not stop.is_set()
    finally:
        await database.close()


def run_worker(
    settings: Settings,
    make_task: TaskFactory = sync_task,
    *,
    timing: Timing | None = None,
    policy: RetryPolicy | None = None,
) -> None:
    """Work until SIGTERM or Ctrl-C; what is going on is put back then, within 15 seconds.

    When its memory is full the process begins anew in its place: same id, same parent, same pipes.
    """
    _share_heaps()
    _collect_rarely()
    _take_turns_often()

    async def run() -> bool:
        stop = asyncio.Event()
        limit = threading.Timer(_STOP_LIMIT_S, os._exit, (1,))
        limit.daemon = True

        def end() -> None:
            if not stop.is_set():
                stop.set()
                limit.start()  # the database may be away, and its driver patient

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        return await work(settings, stop, make_task, timing=timing, policy=policy)

    if asyncio.run(run()):
        log.info("worker_begins_anew")
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves


def _share_heaps() -> None:
    """Let threads share two heaps, where the C library is GNU's, instead of eight a processor.

    Each keeps what a page once took there: with a million rows 23 MB more than with two.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def _take_turns_often() -> None:
    """Let no thread keep Python to itself for long when others wait: 0.05 ms instead of 5.

    While one makes a page ready, the one that talks to Odoo and the one that talks to the database
    ask each other a dozen times for one statement: two of them took 20 ms instead of 8.
    """
    sys.setswitchinterval(0.00005)


def _collect_rarely() -> None:
    """Let Python look for cycles rarely, and never in what is here from the start.

    Pages are tens of thousands of objects that come and go together, without cycles: with the usual
    thresholds a fifth of a first sync's processor time goes into looking at them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def main() -> None:
    end_with_parent()
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format)
    try:
        run_worker(settings)
    except OdoosyncError as error:
        get_logger(__name__).error("worker_not_started", code=error.code, why=error.message)
        sys.exit(1)


if __name__ == "__main__":
    main()
