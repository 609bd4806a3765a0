"""What Prometheus is told of what leaves."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from mentalverse_server.hooks.metrics import RelayMetrics
from mentalverse_server.store.delivery_upkeep import Figures
from mentalverse_server.store.engine import open_database
from support.hook_receiver import relaying


async def test_what_leaves_is_counted(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'server.db'}")
    database.migrate()
    async with relaying(database) as there:
        relay = there.relay
        relay.counters.attempts["reward", "delivered"] += 2
        relay.counters.dead["chain"] += 1
        now_ms = relay.now_ms
        relay.figures = Figures(now_ms - 1_500, parked=1, deepest_lane=7, dead=3)
        registry = CollectorRegistry()
        registry.register(RelayMetrics(relay))
        said = generate_latest(registry).decode().splitlines()
    database.close()

    assert {
        'mentalverse_deliveries_total{outcome="delivered",purpose="reward"} 2.0',
        'mentalverse_dead_total{purpose="chain"} 1.0',
        "mentalverse_outbox_oldest_seconds 1.5",
        "mentalverse_endpoints_parked 1.0",
        "mentalverse_endpoints_disabled 0.0",
        "mentalverse_lane_depth_max 7.0",
        "mentalverse_dead_letters 3.0",
    } <= set(said)
