"""Who hears that something has happened to an override: a hint to ask for the list.

What the rules tell everybody of, supervisors hear from `desk_notices`. Here are told
who opened it, and supervisors of the steps that call for nobody, so that what is on
their screens is so.
"""

from __future__ import annotations

from mentalverse_crisis.decide import Decision
from mentalverse_crisis.effects import LocationReleased, OverrideTold
from mentalverse_signaling.desk_events import DeskChanged, DeskNews
from mentalverse_signaling.ids import AccountId

from ..store.engine import Connection
from ..transport.connections import Connections
from ..transport.frames import encode_push


class OverrideNotices:
    """Listens to decisions and pushes to those whom an override concerns."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """Nothing: what is shown is asked for again."""

    def carry_out(self, decision: Decision) -> None:
        """Tell each once."""
        hear, told = set(), set()
        for effect in decision.effects:
            if isinstance(effect, LocationReleased):
                hear.add(effect.to)
            elif isinstance(effect, OverrideTold):
                told.add(effect.override)
        changed = decision.overrides.values()
        hear |= {one.opened_by for one in changed if one is not None}
        team = decision.desk.responders.values()
        supervisors = {one.id for one in team if one.is_supervisor}
        if told:
            hear -= supervisors
        if decision.overrides.keys() - told:
            hear |= supervisors
        push = encode_push("desk.changed", DeskChanged(None, DeskNews.OVERRIDE))
        for account in sorted(hear):
            for connection in self._connections.by_account(AccountId(account)):
                connection.send(push)
