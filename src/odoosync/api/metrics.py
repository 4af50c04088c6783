"""`/metrics`: the service in numbers, in the text format of Prometheus.

They tell of all tenants, so no user's token opens them: a token of their own does, and without one
they are shown to this machine alone. Labels are names of datasets and states; connections are named
where an alert is open, and only the few stalest.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.security.utils import get_authorization_scheme_param
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from odoosync.accounts.errors import NotSignedIn
from odoosync.api.openapi import problems
from odoosync.api.routing import new_router
from odoosync.api.services import ServicesDep
from odoosync.errors import Refused
from odoosync.notifications.measuring import Outgoing, measure_outgoing
from odoosync.sync.measuring import AGES_S, Measured, measure

router: APIRouter = new_router(tags=["health"], ignores_unknown=True)

_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")


class MetricsRefused(Refused):
    code = "metrics_refused"

    def __init__(self) -> None:
        super().__init__(
            "Metrics are shown to this machine alone. To read them from elsewhere, set "
            "ODOOSYNC_METRICS_TOKEN and send it as `Authorization: Bearer`."
        )


def may_read(request: Request) -> None:
    """Let the right token through; where none is set, whoever calls from here and not by a proxy.

    Raises NotSignedIn, MetricsRefused.
    """
    token: str = request.app.state.metrics_token
    if token:
        _, sent = get_authorization_scheme_param(request.headers.get("authorization"))
        if not hmac.compare_digest(sent.encode(), token.encode()):
            raise NotSignedIn("Send the metrics token as `Authorization: Bearer`.")
        return
    by_proxy = any(name in request.headers for name in _FORWARDED)
    if by_proxy or not _is_loopback(request.client.host if request.client else ""):
        raise MetricsRefused


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@router.get(
    "/metrics",
    summary="Read metrics",
    response_class=PlainTextResponse,
    responses=problems(401, 403),
)
async def metrics(services: ServicesDep, _allowed: Annotated[None, Depends(may_read)]) -> Response:
    """Tell the state of the whole service, for Prometheus."""
    registry = CollectorRegistry()
    now = services.clock()
    seen = await measure(services.database, now)
    registry.register(_Collector(seen, await measure_outgoing(services.database, now)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Collector(Collector):
    def __init__(self, seen: Measured, outgoing: Outgoing) -> None:
        self.seen = seen
        self.outgoing = outgoing

    def collect(self) -> Iterable[Metric]:
        seen = self.seen
        yield _ages(seen)
        yield _gauge(
            "copy_age_seconds_max",
            "Age of the oldest last complete sync.",
            "dataset",
            {name: ages.oldest_s for name, ages in seen.ages.items()},
        )
        yield _gauge("alerts_open", "Copies older than they may be.", "dataset", seen.alerts)
        yield _stalest(seen)
        yield _gauge("schedules", "Schedules by state.", "state", seen.schedules)
        yield _single("schedule_overdue_seconds", "How late the latest tick is.", seen.overdue_s)
        yield _gauge("open_runs", "Runs that have not ended, by state.", "state", seen.queue)
        yield _single("workers", "Worker processes that are alive.", seen.workers)
        yield _gauge("runs_last_hour", "Runs that ended in the last hour.", "status", seen.ended)
        yield from _outgoing(self.outgoing)


def _outgoing(outgoing: Outgoing) -> Iterable[Metric]:
    backlog = outgoing.backlog
    yield _single("events_untold", "Events that are yet to become deliveries.", outgoing.untold)
    yield _gauge(
        "deliveries_waiting",
        "Deliveries that are yet to arrive.",
        "way",
        {way: one.waiting for way, one in backlog.items()},
    )
    yield _gauge(
        "delivery_age_seconds_max",
        "Age of the oldest delivery that waits.",
        "way",
        {way: one.oldest_s for way, one in backlog.items()},
    )
    yield _gauge(
        "deliveries_failed",
        "Deliveries in the log that failed for good.",
        "way",
        {way: one.failed for way, one in backlog.items()},
    )


def _gauge(name: str, told: str, label: str, values: Any) -> Metric:
    family = GaugeMetricFamily(f"odoosync_{name}", told, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _single(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"odoosync_{name}", told, value=value)


def _ages(seen: Measured) -> Metric:
    told = "Ages of the last complete syncs."
    family = GaugeHistogramMetricFamily("odoosync_copy_age_seconds", told, labels=["dataset"])
    for name, ages in seen.ages.items():
        bounds = [f"{bound:.1f}" for bound in AGES_S]
        buckets = [*zip(bounds, ages.up_to, strict=True), ("+Inf", ages.copies)]
        family.add_metric([name], buckets, ages.total_s)
    return family


def _stalest(seen: Measured) -> Metric:
    told = "Age of the stalest copies, the few oldest of those that an alert is open for."
    labels = ["connection", "dataset"]
    family = GaugeMetricFamily("odoosync_stale_copy_age_seconds", told, labels=labels)
    for one in seen.stalest:
        family.add_metric([str(one.connection_id), one.dataset], one.age_s)
    return family
