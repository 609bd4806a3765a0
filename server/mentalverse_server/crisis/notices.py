"""Who is told of a decision: everybody who listens, one after the other.

What has to outlive the process is written down in the decision's transaction; a
listener that cannot do so undoes the decision, because a page that nobody remembers is
a person whom nobody hears. Being told afterwards is a hint. A defect there is that
listener's own, and keeps no other from hearing of it.
"""

from __future__ import annotations

import structlog

from mentalverse_crisis.decide import Decision

from ..services.desk import EffectsOut
from ..store.engine import Connection

log = structlog.get_logger()


class Notices:
    """The `EffectsOut` of a server: hands each decision to every listener."""

    def __init__(self) -> None:
        self._listeners: list[EffectsOut] = []
        self.defects = 0

    def listen(self, listener: EffectsOut) -> None:
        """Let a listener have every decision from now on, after those before it."""
        self._listeners.append(listener)

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """In the writer's thread; whatever a listener raises undoes the decision."""
        for listener in tuple(self._listeners):
            listener.record(connection, decision, now_ms)

    def carry_out(self, decision: Decision) -> None:
        """On the event loop, after COMMIT."""
        for listener in tuple(self._listeners):
            try:
                listener.carry_out(decision)
            except Exception:  # the supervisor of every listener
                self.defects += 1
                log.exception("desk.listener_failed", listener=type(listener).__name__)
