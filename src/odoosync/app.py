"""The composition root of the API process: settings in, application out."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI

from odoosync.accounts import open_accounts
from odoosync.addresses.outbound import Outbound
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.clock import utc_now
from odoosync.crypto import KeySource
from odoosync.db import Share, open_database
from odoosync.jobs.child import keep_running
from odoosync.jobs.presence import WORKERS_FOLDER, anybody_lives
from odoosync.jobs.rounds import going
from odoosync.migrations import head_revision
from odoosync.notifications.http_delivery import webhook_guard
from odoosync.odoo.transport import open_transport
from odoosync.settings import Settings
from odoosync.sync.rounds import watching
from odoosync.sync.service import SyncService

WORKER: Final = (sys.executable, "-m", "odoosync.worker")
ENTRANCE_POOL: Final = 5


def build_app(settings: Settings, *, with_worker: bool = False) -> FastAPI:
    """Return the application on a migrated database; its end closes what is opened here.

    `with_worker` also runs a worker, as a child process of this one.
    """
    services = build_services(settings)
    options = ApiOptions(
        version=version("odoosync"),
        schema_revision=head_revision(),
        rate_limit=settings.rate_limit,
        cors_origins=settings.cors_origins,
        trusted_proxies=settings.trusted_proxies,
        root_path=settings.root_path,
        metrics_token=settings.configured_metrics_token,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        worker = asyncio.create_task(keep_running(WORKER, stop)) if with_worker else None
        try:
            async with going([watching(services.entrance)]):
                yield
        finally:
            stop.set()
            if worker is not None:
                await worker
            await services.accounts.background.drain()
            await services.close()

    return create_api(services, options, lifespan=lifespan)


def build_services(settings: Settings) -> Services:
    """Open what the routers work with; nothing connects before its first use.

    Raises NoKeys, BadKeyRing.
    """
    url = settings.effective_database_url
    write_lock = asyncio.Lock()
    database = open_database(url, share=Share(), write_lock=write_lock)
    entrance = open_database(url, share=Share(), write_lock=write_lock, pool_size=ENTRANCE_POOL)
    keys = KeySource(settings.configured_keys, settings.data_dir)
    key_ring = keys.load()
    outbound = Outbound.of(settings.ca_file, settings.configured_outbound_proxy)
    return Services(
        database=database,
        key_ring=key_ring,
        keys_place=keys.place,
        clock=utc_now,
        accounts=open_accounts(entrance, key_ring, quotas=settings.quotas),
        transport=open_transport(
            settings.default_odoo_url,
            settings.allowed_odoo_hosts,
            outbound,
            page_megabytes=settings.page_megabytes,
        ),
        sync=SyncService(
            database,
            clock=utc_now,
            wait_s=settings.sync_wait,
            looks=entrance,
            sees_worker=partial(anybody_lives, settings.data_dir / WORKERS_FOLDER),
        ),
        default_odoo_url=settings.default_odoo_url,
        registration_open=settings.registration == "open",
        public_url=settings.public_url,
        reveal_secrets=settings.reveal_secrets == "on",
        webhook_guard=webhook_guard(settings.allowed_webhook_hosts),
        connection_grace=timedelta(days=settings.connection_grace_days),
    )
