"""A room to try calls in: short names in, decisions out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mentalverse_signaling.call_events import CallMedia, CallRole
from mentalverse_signaling.calls.commands import Admit, Beat, Join, TimePassed
from mentalverse_signaling.calls.decide import Decision, decide
from mentalverse_signaling.calls.effects import Effect, Push
from mentalverse_signaling.calls.kinds import Kind, registry
from mentalverse_signaling.calls.model import Call, Seat
from mentalverse_signaling.calls.opening import open_call
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import (
    AccountId,
    CallId,
    ClientId,
    ConversationId,
    DeviceId,
)

START_MS = 1_700_000_000_000
AGREED = "a" * 64
"""The hash of the agreement in force."""


def account(name: str) -> AccountId:
    """An id that is told apart at sight: the name, and zeros."""
    return AccountId(name.encode().hex().ljust(32, "0"))


def device(name: str) -> DeviceId:
    """A device of that name."""
    return DeviceId(f"d-{name}".encode().hex().ljust(32, "0"))


def connection(name: str) -> ClientId:
    """A connection of that name."""
    return ClientId(f"c-{name}".encode().hex().ljust(32, "0"))


def opened(kind: str | Kind = "group", **more: Any) -> Call:
    """A call of a shipped kind, with everything it needs there."""
    if isinstance(kind, str):
        kind = registry()[kind]
    fields: dict[str, Any] = {
        "by": account("fac"),
        "media": CallMedia.VIDEO,
        "relay": False,
        "turn": True,
        "sfu": True,
        "now_ms": START_MS,
        "agreement_hashes": (AGREED,),
    }
    is_small = kind.max_participants + kind.staff_seats <= 2
    return open_call(
        CallId("ca" * 16),
        ConversationId("c0" * 16),
        ConversationKind.DIRECT if is_small else ConversationKind.CIRCLE,
        kind,
        **(fields | more),
    ).call


@dataclass
class Room:
    """One call that goes on: each step is decided on and kept."""

    call: Call = field(default_factory=opened)
    now_ms: int = START_MS
    effects: list[Effect] = field(default_factory=list)
    """Of every decision so far."""

    def do(self, command: Any) -> Decision:
        """Decide and keep; a refusal is raised."""
        decision = decide(self.call, command, self.now_ms)
        self.call = decision.call
        self.effects.extend(decision.effects)
        return decision

    def act(self, kind: Any, name: str, **fields: Any) -> Decision:
        """A command of whoever has the seat, from the connection that has it."""
        return self.do(kind(**self.of(name), **fields))

    def of(self, name: str) -> dict[str, Any]:
        """Whose command it is, and from where."""
        held = self.call.seats.get(account(name)) or self.call.line.get(account(name))
        conn_id = connection(name) if held is None else held.conn_id
        return {"account": account(name), "conn_id": conn_id}

    def join(
        self, name: str, role: str = "participant", conn: str = "", **more: Any
    ) -> Decision:
        """Somebody comes who has agreed and was screened."""
        fields: dict[str, Any] = {
            "account": account(name),
            "device": device(more.pop("on", name)),
            "conn_id": connection(conn or name),
            "handle": name,
            "role": CallRole(role),
            "resume_digest": f"digest {conn or name}".encode(),
            "agreement_hash": AGREED,
            "licence_answered_at_ms": None if role == "participant" else self.now_ms,
        }
        return self.do(Join(**(fields | more)))

    def admit(self, by: str, name: str | None = None) -> Decision:
        """Let somebody in, or everybody."""
        return self.act(Admit, by, member=None if name is None else account(name))

    def fill(self, *names: str) -> None:
        """Whoever leads, and these people, in their seats."""
        self.join("fac", "facilitator")
        for name in names:
            self.join(name)
        if self.call.line:
            self.admit("fac")

    def beat(self, *names: str) -> None:
        """These are there."""
        for name in names:
            self.act(Beat, name)

    def pass_ms(self, ms: int, *beating: str) -> list[Effect]:
        """Time passes, in which only these beat; what it brought."""
        began, end_ms = len(self.effects), self.now_ms + ms
        while self.now_ms < end_ms:
            self.now_ms = min(self.now_ms + 1_000, end_ms)
            self.do(TimePassed())
            if self.call.end is None:
                self.beat(*beating)
        return self.effects[began:]

    def seat(self, name: str) -> Seat:
        """Somebody's seat."""
        return self.call.seats[account(name)]

    def has(self, name: str) -> bool:
        """Whether somebody has a seat."""
        return account(name) in self.call.seats

    def waits(self, name: str) -> bool:
        """Whether somebody is in the line."""
        return account(name) in self.call.line


def pushes(effects: Any, event: str = "") -> list[Push]:
    """The pushes among effects, or those of one event."""
    found = [one for one in effects if isinstance(one, Push)]
    return [one for one in found if not event or one.event == event]


def events(effects: Any) -> list[str]:
    """The names of what was pushed, in order."""
    return [one.event for one in pushes(effects)]
