"""A mentor and a mentee whose sessions are rewarded, and two who decide."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from mentalverse_crypto.ciphersuite import sign
from mentalverse_modules.credentials.keys import did_key
from mentalverse_modules.rewards.epoch import closes_ms, epoch_of
from mentalverse_server.clock import to_millis
from mentalverse_server.hooks.catalogue.registry import EVENTS
from mentalverse_server.store import outbox as outbox_store
from mentalverse_server.store.outbox import Outgoing
from mentalverse_server.store.tables_hooks import outbox
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.attendance_text import receipt_octets
from mentalverse_signaling.call_events import CallRole
from mentalverse_signaling.roles import Role
from support.authenticator import Passkey
from support.call_wire import Caller, CallWire, call_wire, relay
from support.clock import ManualClock
from support.credentials_kit import public_of
from support.crisis_wire import Line
from support.passkey_steps import uses_again, uses_passkey

MINUTES = 5
"""Of the sessions here: the fewest that one is planned for."""
BEAT_SECONDS = 6
HOLDER = did_key(public_of(b"h" * 32))


@dataclass
class House:
    """A mentor with a credential, a mentee, and those who decide."""

    wire: CallWire
    mentor: Line
    mentee: Line
    one: Line
    two: Line
    passkeys: dict[str, Passkey] = field(default_factory=dict)

    @property
    def books(self) -> Any:
        return self.wire.api.server.rewards.books

    def now_ms(self) -> int:
        return to_millis(self.wire.clock.now())

    async def credential(self) -> str:
        """The mentor's, with two who approve it."""
        self.wire.clock.advance(1)
        who = {"account": self.mentor.account, "module": "foundation"}
        await self.one.call("training.record", **who, source="course", minutes=1200)
        await self.one.call("training.pass", **who)
        for code in ("level_basic", "peer_mentor"):
            begun = await self.mentor.call("application.begin", type=code)
            which = {"application": begun.application}
            view = await self.mentor.call("application.submit", **which)
            for need in view.needs:
                if ":" not in need.need:
                    await self.one.call(
                        "review.note",
                        **which,
                        need=need.need,
                        since="2020-01-01",
                        met=True,
                        source="referee",
                        method="call",
                        day="2025-12-01",
                    )
            for each in (self.one, self.two):
                await each.call("review.sign", **which, approve=True)
            await self.mentor.call("credential.issue", **which, holder=HOLDER)
        return str(begun.application)

    async def met(self) -> None:
        """A session of the two, attended and signed for by both."""
        talk = await self.wire.talk("direct", self.mentor, self.mentee)
        planned = await self.wire.planned(
            self.mentor, talk, "individual", minutes=MINUTES
        )
        view = await self.wire.start(self.mentor, talk, session=planned.session)
        people = [self.wire.caller(each, view) for each in (self.mentor, self.mentee)]
        for each in people:
            await each.join()
        for _ in range(MINUTES * 60 // BEAT_SECONDS):
            self.wire.clock.advance(BEAT_SECONDS)
            for each in people:
                await each.ask("call.beat")
        await people[0].ask("call.end")
        for each in people:
            await attest(each, planned.session)
        await self.books.hear()

    async def week_over(self) -> None:
        """The week of now is closed, as the housekeeping does it."""
        left_ms = closes_ms(epoch_of(self.now_ms())) - self.now_ms()
        self.wire.clock.advance(left_ms / 1000 + 1)
        await self.books.tend()

    async def entries(self, who: Line, rule: str = "") -> list[Any]:
        """Somebody's entries, of one rule."""
        found = await who.call("reward.list")
        return [each for each in found.entries if each.rule.startswith(rule)]

    async def told(self, name: str) -> list[dict[str, Any]]:
        """What is told outside of this name, each as the catalogue has it."""
        query = select(outbox).where(outbox.c.type == name).order_by(outbox.c.seq)
        read = self.wire.api.server.database.read
        rows = await read(lambda link: list(link.execute(query).all()))
        for row in rows:
            msgspec.json.decode(row.data, type=EVENTS[name].data)
            assert row.key.partition(":")[0] == EVENTS[name].key
        return [msgspec.json.decode(row.data) for row in rows]

    async def tell(self, name: str, key: str, data: Any, **more: Any) -> None:
        """An event as a service stores it."""
        told = Outgoing(
            evt_id=self.wire.rng(16),
            type=name,
            key=key,
            data=data,
            tier=1,
            occurred_at_ms=self.now_ms(),
            **more,
        )
        await self.write(lambda each: outbox_store.add(each, told))
        await self.books.hear()

    async def write(self, script: Any) -> Any:
        writer = self.wire.api.server.writer
        return await writer.run(script, lane=WriterLane.OTHER)

    async def fresh(self, *lines: Line) -> None:
        """Passkeys that were used just now."""
        for each in lines:
            known = self.passkeys.get(each.handle)
            if known is None:
                self.passkeys[each.handle] = await uses_passkey(self.wire.api, each)
            else:
                await uses_again(self.wire.api, each, known)


@asynccontextmanager
async def reward_house(
    folder: Path,
    clock: ManualClock | None = None,
    settings: dict[str, Any] | None = None,
) -> AsyncIterator[House]:
    async with call_wire(folder, clock, {**relay(folder), **(settings or {})}) as wire:
        mentor = await wire.member("max", Role.MENTOR)
        mentee = await wire.member("mia", Role.MENTEE)
        one = await wire.member("one", Role.COORDINATOR)
        two = await wire.member("two", Role.SUPERVISOR)
        house = House(wire, mentor, mentee, one, two)
        await house.fresh(one, two)
        yield house


async def attest(who: Caller, session: str) -> None:
    marks = (b"\x01" * 32,)
    octets = receipt_octets(
        who.call,  # type: ignore[arg-type]
        session,  # type: ignore[arg-type]
        (who.account, who.device),  # type: ignore[arg-type]
        CallRole.PARTICIPANT,
        MINUTES,
        marks,
    )
    signature = sign(who.line.caller.device.device_key, octets)
    said = {"role": "participant", "minutes": MINUTES, "marks": marks}
    await who.ask("attendance.attest", **said, signature=signature)
