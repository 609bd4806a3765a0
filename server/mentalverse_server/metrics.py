"""Every metric the server exposes, declared in one place.

Hot paths count in plain integers; this module reads them when Prometheus asks,
so counting a message costs an addition. Labels come from closed sets (a route, a
status), never from an id: a metric must not tell who talks to whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from .push.notifier import Notifier
from .services.blobs import BlobGauges
from .services.freezing import FreezeCounters
from .store.engine import Database
from .store.writer import Writer
from .transport.connections import Connections
from .transport.limits import TransportCounters

PREFIX = "mentalverse_"


@dataclass(slots=True)
class HttpCounters:
    """Requests answered, by registered route and status."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Reading:
    name: str
    help: str
    read: Callable[[], float]
    rising: bool = True
    """Only ever grows: a counter. Otherwise a gauge."""

    def metric(self) -> Metric:
        family = CounterMetricFamily if self.rising else GaugeMetricFamily
        return family(PREFIX + self.name, self.help, value=self.read())


def build_registry(
    *,
    database: Database,
    writer: Writer,
    transport: TransportCounters,
    connections: Connections,
    blobs: BlobGauges,
    freezes: FreezeCounters,
    http: HttpCounters,
    push: Notifier | None,
    is_draining: Callable[[], bool],
) -> CollectorRegistry:
    """A registry of its own, so that two servers in one process do not mix."""
    readings = [
        *_store_readings(database, writer),
        *_transport_readings(transport, connections),
        *_freeze_readings(freezes),
        *(_push_readings(push) if push else ()),
        _Reading("blob_bytes", "Stored blobs.", lambda: blobs.stored_bytes, False),
        _Reading("blob_uploads", "Open uploads.", lambda: blobs.open_uploads, False),
        _Reading("draining", "1 while going down.", is_draining, False),
    ]
    registry = CollectorRegistry()
    registry.register(_Scrape(readings, http))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


def _store_readings(database: Database, writer: Writer) -> list[_Reading]:
    count = writer.counters
    return [
        _Reading("writer_batches", "Transactions committed.", lambda: count.batches),
        _Reading("writer_rows", "Messages made durable.", lambda: count.rows),
        _Reading("writer_scripts", "Scripts run.", lambda: count.scripts),
        _Reading(
            "writer_commit_seconds",
            "Time in the writer's thread.",
            lambda: count.commit_seconds,
        ),
        _Reading("writer_overloads", "Refused, queue full.", lambda: count.overloads),
        _Reading("writer_outages", "Batches lost to the disk.", lambda: count.outages),
        _Reading("writer_defects", "Defects in a batch.", lambda: count.defects),
        _Reading(
            "writer_queue_items",
            "Waiting to commit.",
            lambda: writer.queued_items,
            False,
        ),
        _Reading(
            "writer_queue_bytes",
            "Waiting to commit.",
            lambda: writer.queued_bytes,
            False,
        ),
        _Reading(
            "writer_stalled_seconds",
            "Age of the batch being committed.",
            lambda: writer.stalled_seconds,
            False,
        ),
        _Reading("writer_alive", "1 while it commits.", lambda: writer.is_alive, False),
        _Reading(
            "reads_in_flight",
            "Reads running or waiting.",
            lambda: database.reads_in_flight,
            False,
        ),
    ]


def _freeze_readings(count: FreezeCounters) -> list[_Reading]:
    return [
        _Reading("group_rejections", "Commits not applied.", lambda: count.rejections),
        _Reading("groups_frozen", "Frozen conversations.", lambda: count.frozen),
        _Reading("groups_recreated", "Fresh groups begun.", lambda: count.recreated),
        _Reading(
            "groups_stuck", "Frozen, for the operator.", lambda: count.stuck, False
        ),
    ]


def _push_readings(push: Notifier) -> list[_Reading]:
    count = push.counters
    return [
        _Reading("push_sent", "Taken by push services.", lambda: count.sent),
        _Reading("push_gone", "Subscriptions that ended.", lambda: count.gone),
        _Reading("push_postponed", "To be tried again.", lambda: count.postponed),
        _Reading("push_refused", "Not taken for good.", lambda: count.refused),
        _Reading("push_given_up", "Tried often enough.", lambda: count.given_up),
        _Reading(
            "push_waiting", "To be looked at or sent.", lambda: push.waiting, False
        ),
    ]


def _transport_readings(
    count: TransportCounters, connections: Connections
) -> list[_Reading]:
    return [
        _Reading(
            "connections", "Signed-in connections.", lambda: len(connections), False
        ),
        _Reading(
            "connections_accepted",
            "Sockets accepted.",
            lambda: count.connections_accepted,
        ),
        _Reading(
            "connections_authenticated",
            "Sockets that signed in.",
            lambda: count.connections_authenticated,
        ),
        _Reading(
            "connections_refused", "Sockets refused.", lambda: count.connections_refused
        ),
        _Reading(
            "connections_closed", "Sockets closed.", lambda: count.connections_closed
        ),
        _Reading("calls", "Calls received.", lambda: count.calls),
        _Reading("call_refusals", "Calls refused.", lambda: count.refusals),
        _Reading("call_defects", "Calls that met a defect.", lambda: count.defects),
        _Reading("call_deadlines", "Calls out of time.", lambda: count.deadlines),
        _Reading(
            "malformed_frames", "Frames not understood.", lambda: count.malformed_frames
        ),
        _Reading("slow_readers", "Evicted, not reading.", lambda: count.slow_readers),
        _Reading("packets_sent", "Packets sent.", lambda: count.packets_sent),
    ]


class _Scrape(Collector):
    def __init__(self, readings: Sequence[_Reading], http: HttpCounters) -> None:
        self._readings = readings
        self._http = http

    def collect(self) -> Iterable[Metric]:
        """Read every number once."""
        yield from (reading.metric() for reading in self._readings)
        requests = CounterMetricFamily(
            PREFIX + "http_requests", "HTTP answers.", labels=("route", "status")
        )
        for (route, status), count in list(self._http.requests.items()):
            requests.add_metric((route, str(status)), count)
        yield requests
