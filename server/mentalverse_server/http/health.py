"""Liveness, readiness and metrics.

`/healthz` says the process answers: restart it only if this fails. `/readyz`
says it can serve: the database answers, the writer lives, no drain has begun. How the
engine of calls is stands beside that, and turns nobody away: the rest works without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0, generate_latest

from mentalverse_signaling.errors import Overloaded, SignalingError

from ..clock import Clock
from .security import json_response

Check = Callable[[], Awaitable[None]]
CHECK_TIMEOUT_SECONDS = 2.0
KEEP_SECONDS = 1.0
"""Checks commit to disk, so however often one asks they run once a second."""


class Readiness:
    """Whether to send traffic here: every named check passes and no drain began."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        clock: Clock,
        notes: Mapping[str, Callable[[], str]] | None = None,
    ) -> None:
        """`notes`: parts that the rest of the server does without, and how they are."""
        self._notes = dict(notes or {})
        self._checks = checks
        self._clock = clock
        self._failed: list[str] = []
        self._checked_at: float | None = None
        self._checking = asyncio.Lock()
        self.draining = False

    async def failures(self) -> list[str]:
        """Names of what stands in the way; empty when ready."""
        async with self._checking:
            if self._is_stale():
                results = [(n, await _passes(c)) for n, c in self._checks.items()]
                self._failed = [name for name, passed in results if not passed]
                self._checked_at = self._clock.monotonic()
        return [*self._failed, "draining"] if self.draining else self._failed

    def notes(self) -> dict[str, str]:
        """How those parts are whose failure is no reason to send traffic elsewhere."""
        return {name: tell() for name, tell in self._notes.items()}

    def _is_stale(self) -> bool:
        since = self._checked_at
        return since is None or self._clock.monotonic() - since >= KEEP_SECONDS


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
            await check()
    except Overloaded:
        # Busy is not down: turning everybody away would only move the crowd.
        return True
    except (SignalingError, OSError, TimeoutError):
        return False
    return True


def health_routes(readiness: Readiness) -> list[web.RouteDef]:
    """`/healthz` and `/readyz`."""

    async def healthz(_request: web.Request) -> web.Response:
        return json_response({"alive": True})

    async def readyz(_request: web.Request) -> web.Response:
        failed = await readiness.failures()
        body = {"ready": not failed, "waiting_for": failed, **readiness.notes()}
        return json_response(body, status=503 if failed else 200)

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]


def metrics_app(registry: CollectorRegistry) -> web.Application:
    """`/metrics` in the Prometheus text format, for a listener of its own."""

    async def metrics(_request: web.Request) -> web.Response:
        text = generate_latest(registry)
        return web.Response(
            body=text, headers={"Content-Type": CONTENT_TYPE_PLAIN_1_0_0}
        )

    app = web.Application()
    app.add_routes([web.get("/metrics", metrics)])
    return app
