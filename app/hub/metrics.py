"""Figures for Prometheus: what was asked and answered, how far the hub is, how old its last backup."""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.errors import AppError
from app.hub.backup import backup_state
from app.hub.hub import Hub, head_of
from app.sync.protocol import CALLS, QUARANTINED, Message, Receipts, Refusal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_INGEST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """What one process of the hub counts, and what the database says when it is asked."""

    def __init__(self, hub: Hub) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "sitewright_requests",
            "requests by call and outcome",
            ["call", "outcome"],
            registry=self.registry,
        )
        self._ops = Counter(
            "sitewright_ops", "receipts given for ops, by outcome", ["outcome"], registry=self.registry
        )
        self._ingest = Histogram(
            "sitewright_ingest_seconds", "time to take in one push", buckets=_INGEST, registry=self.registry
        )
        self.registry.register(_FromDatabase(hub))

    def count(self, call: str, answer: Message | str, seconds: float) -> str:
        """Note an answer, or the word for what took its place; returns the outcome."""
        outcome = answer if isinstance(answer, str) else answer.code if isinstance(answer, Refusal) else "ok"
        self._requests.labels(call if call in CALLS else "other", outcome).inc()
        if call == "ops" and isinstance(answer, Receipts):
            self._ingest.observe(seconds)
            for found, times in Tally(receipt.outcome for receipt in answer.receipts).items():
                self._ops.labels(found).inc(times)
        return outcome

    def text(self) -> bytes:
        """Everything as Prometheus reads it."""
        return generate_latest(self.registry)

    def listen(self, host: str, port: int) -> None:
        """Answer Prometheus on an address of its own, so that the hub's public one does not. Raises AppError-free OSError."""
        start_http_server(port, host, self.registry)


class _FromDatabase(Collector):
    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        try:
            with self._hub.reading() as read:
                state = backup_state(read, self._hub.clock.now())
                quarantined = read.value("SELECT count(*) FROM op WHERE outcome = ?", QUARANTINED)
                devices = read.value("SELECT count(*) FROM hub_device WHERE revoked_at IS NULL")
                head = head_of(read).seq
        except AppError:
            yield GaugeMetricFamily("sitewright_database_up", "whether the database answers", 0)
            return
        yield GaugeMetricFamily("sitewright_database_up", "whether the database answers", 1)
        yield GaugeMetricFamily("sitewright_head", "the newest decision's number", head)
        yield GaugeMetricFamily(
            "sitewright_durable_seq", "up to which decision a verified backup reaches", state.seq
        )
        yield GaugeMetricFamily("sitewright_devices", "laptops that take part", devices)
        yield GaugeMetricFamily("sitewright_quarantined_ops", "ops that wait for a supervisor", quarantined)
        yield GaugeMetricFamily("sitewright_database_bytes", "size of the database", self._hub.size())
        if state.age_seconds is not None:
            yield GaugeMetricFamily(
                "sitewright_backup_age_seconds", "since the last verified backup", state.age_seconds
            )
