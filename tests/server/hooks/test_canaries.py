"""Nothing that people say leaves, nor that somebody was in need without their grant.

A real server, with an endpoint of each purpose and each tier, does all that there is:
sessions, a circle, goals, cases, a report, duty, training, an application. Canaries
stand in every field that a person fills. What came is looked at octet by octet, twice:
once nobody agreed to anything, and then everybody but one to every second purpose.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from mentalverse_crypto.ciphersuite import CipherSuite, sign
from mentalverse_crypto.framing import ContentType
from mentalverse_server.hooks.catalogue.purposes import Purpose
from mentalverse_server.hooks.endpoint_keys import EndpointKeys
from mentalverse_server.hooks.privacy import Names
from mentalverse_server.owner_files import write_file
from mentalverse_server.safety import SafetyKey, write_safety_key
from mentalverse_server.store import delivery_upkeep, endpoints
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.tables import messages
from mentalverse_server.store.tables_hooks import outbox, outbox_subjects
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.attendance_text import receipt_octets
from mentalverse_signaling.call_events import CallRole
from mentalverse_signaling.claim_events import DAY_MS, ClaimKind, claim_octets
from mentalverse_signaling.consent_events import ConsentPurpose
from mentalverse_signaling.consent_text import CONSENT_TEXTS
from mentalverse_signaling.recovery_api import ReportReceived, ReportSend
from mentalverse_signaling.roles import Role
from support.call_wire import OPEN_CIRCLE, Caller, CallWire, relay
from support.canaries import (
    CANARY,
    PAYLOAD,
    Place,
    canaries,
    finer_than_a_window,
    joined,
    own_ids,
    own_ids_in,
    places,
    tier_of,
)
from support.crisis_wire import Line, Talk, Wire, crisis_wire
from support.deterministic import seeded_rng
from support.hook_events import leaks
from support.hook_receiver import Hook, HookReceiver, hook_receiver
from support.mls_frames import private_message

GRANTED = frozenset(list(ConsentPurpose)[::2])
"""Every second purpose, beginning with rewards."""
MEMBERS = ("ada", "ben", "dan", "cleo", "ann", "bob", "lea", "sue")
CASES = 5
SHIFT_SECONDS = 150.0
SILENT = "dan"
"""Agrees to nothing, ever."""


@dataclass
class House:
    """A server that does all that there is, and whoever is told of it."""

    wire: Wire
    calls: CallWire
    receiver: HookReceiver
    places: list[Place]
    keys: EndpointKeys
    people: dict[str, Line] = field(default_factory=dict)
    turn: int = 0

    def names(self, place: Place) -> Names:
        return Names(self.keys.names_key(place.row.id, seeded_rng(1)))

    def at(self, place: Place) -> list[Hook]:
        return [hook for hook in self.receiver.hooks if hook.path == place.path]

    async def read(self, function: Any) -> Any:
        return await self.wire.api.server.database.read(function)

    async def comes(self) -> None:
        """People who have not been here before; names that nobody may be told."""
        self.turn += 1
        roles = {
            "ada": (Role.MENTOR,),
            "lea": (Role.COORDINATOR,),
            "sue": (Role.SUPERVISOR,),
            "ann": (Role.RESPONDER,),
            "bob": (Role.RESPONDER,),
        }
        for who in MEMBERS:
            handle = f"{CANARY}-{who}-{self.turn}"
            given = roles.get(who, (Role.MENTEE,))
            self.people[who] = await self.wire.member(handle, *given)

    async def agree(self) -> None:
        for who in MEMBERS:
            for purpose in GRANTED if who != SILENT else ():
                version = CONSENT_TEXTS[purpose].version
                await self.people[who].call(
                    "consent.grant", purpose=purpose.value, version=version
                )

    async def settled(self) -> None:
        """Whatever happened is told, or will never be."""
        self.wire.clock.advance(400)
        async with asyncio.timeout(180):
            while not await self.read(_is_settled):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    # --- what there is ---

    async def story(self) -> None:
        """One of everything."""
        for step in (self.meets, self.circles, self.applies, self.helps):
            await step()
        await self.settled()

    async def meets(self) -> None:
        """A session of two, what they write, a goal, a report of it."""
        ada, ben, calls = self.people["ada"], self.people["ben"], self.calls
        talk = await calls.talk("direct", ada, ben)
        session = (await calls.planned(ada, talk, "individual")).session
        view = await calls.start(ada, talk, session=session)
        one, other = (calls.caller(line, view) for line in (ada, ben))
        for each in (one, other):
            await each.join()
        calls.clock.advance(3)
        await one.ask("call.end")
        for each in (one, other, other):
            await _attest(each, session)
        for line, score in ((ada, 1), (ben, 5)):
            answer = {"instrument": "helped", "score": score}
            await line.call("session.feedback", session=session, **answer)
        await _writes(calls, ben, talk)
        day = round(calls.clock.now().timestamp() * 1000) // DAY_MS
        ref = PAYLOAD[:16]
        kind = ClaimKind.GOAL_COMPLETED
        octets = claim_octets(talk.id, kind, ref, day)  # type: ignore[arg-type]
        for line in (ada, ben):
            signature = sign(line.caller.device.device_key, octets)
            goal = {"kind": kind.value, "ref": ref, "day": day}
            await line.call(
                "claim.attest", conversation=talk.id, signature=signature, **goal
            )
        head = max(await self.read(_seqs_of(talk.id)))
        report = ReportSend(
            report=calls.id(),  # type: ignore[arg-type]
            conversation=talk.id,  # type: ignore[arg-type]
            seqs=(head,),
            sealed=PAYLOAD,
        )
        bearer = ben.caller.bearer
        await self.wire.api.call("/reports", report, ReportReceived, **bearer)

    async def circles(self) -> None:
        """A circle that somebody has to leave."""
        ada, ben, dan = (self.people[who] for who in ("ada", "ben", "dan"))
        calls = self.calls
        talk = await calls.talk("circle", ada, ben, dan)
        session = (await calls.planned(ada, talk, "open_circle")).session
        view = await calls.start(ada, talk, session=session)
        callers = [calls.caller(line, view) for line in (ada, ben, dan)]
        for each in callers:
            await each.join()
        calls.clock.advance(3)
        await callers[0].ask("call.end")
        await calls.commit(ada, talk, removes=(dan,))

    async def applies(self) -> None:
        """Training, and an application that comes back."""
        ben, lea, sue = (self.people[who] for who in ("ben", "lea", "sue"))
        person = {"account": ben.account, "module": "foundation"}
        await lea.call(
            "training.record", **person, source=f"{CANARY}-course", minutes=600
        )
        await lea.call("training.pass", **person)
        about = {"account": ben.account, "minutes": 30, "cases": "1-4"}
        await sue.call("training.supervise", **about)
        begun = await ben.call("application.begin", type="peer_mentor")
        which = {"application": begun.application}
        need = next(each.need for each in begun.needs if each.way == "document")
        file = {"need": need, "blob": "b" * 32, "size": 9, "header": PAYLOAD}
        await ben.call("application.attach", **which, **file)
        await ben.call("application.submit", **which)
        found = {"met": True, "source": CANARY, "method": CANARY, "day": "2025-12-01"}
        await lea.call("review.note", **which, need=need, **found)
        await lea.call("review.send_back", **which, reason=f"{CANARY} which course?")

    async def helps(self) -> None:
        """Two stand by for as long, one after the other: five cases come, and none."""
        cleo, ann, bob = (self.people[who] for who in ("cleo", "ann", "bob"))
        await bob.call("duty.start")
        self.wire.clock.advance(SHIFT_SECONDS)
        await bob.call("duty.end")
        begun = self.wire.clock.monotonic()
        await ann.call("duty.start")
        others = [await self.wire.person() for _ in range(CASES - 1)]
        for number, person in enumerate((cleo, *others)):
            await self.helped(person, ann, f"{self.turn}{number:031x}")
        passed = self.wire.clock.monotonic() - begun
        self.wire.clock.advance(SHIFT_SECONDS - passed)
        await ann.call("duty.end")

    async def helped(self, person: Line, by: Line, request: str) -> None:
        """A case from its beginning to what was written about it."""
        case = (await person.asks(band=1, request=request)).case
        await by.accepts(await by.offered())
        talk = await self.wire.talks(person, by, case)
        await _writes(self.calls, person, talk)
        sealed = {"envelope": (PAYLOAD * 20)[:553], "key_half": (PAYLOAD * 2)[:32]}
        await person.call("location.seal", case=case, **sealed)
        reason = f"{CANARY} calmer"
        await by.call("case.lower", case=case, band=3, reason=reason)
        fence = (await by.own(case)).fence
        await by.call("case.end", case=case, fence=fence)
        over = {"case": case, "fence": fence, "outcome": "completed"}
        await by.call("case.wrap_up", **over, follow_up="yes")

    async def drills(self) -> None:
        """An exercise of the desk."""
        sue, eve = self.people["sue"], await self.wire.responder(f"{CANARY}-eve")
        await sue.call("drill.start", request="d" * 32, band=1)
        await eve.accepts(await eve.offered())
        await sue.call("case.leave")
        await self.settled()


async def _attest(who: Caller, session: str) -> None:
    marks = (b"\x01" * 32,)
    octets = receipt_octets(
        who.call,  # type: ignore[arg-type]
        session,  # type: ignore[arg-type]
        (who.account, who.device),  # type: ignore[arg-type]
        CallRole.PARTICIPANT,
        0,
        marks,
    )
    signature = sign(who.line.caller.device.device_key, octets)
    said = {"role": "participant", "minutes": 0, "marks": marks}
    await who.ask("attendance.attest", **said, signature=signature)


async def _writes(calls: CallWire, line: Line, talk: Talk) -> None:
    key = calls.id()
    kind = ContentType.APPLICATION
    payload = private_message(talk.group, talk.epoch, key, kind, body=PAYLOAD)
    await line.call(
        "message.send", conversation=talk.id, client_id=key, payload=payload
    )


def _is_settled(connection: Connection) -> bool:
    return delivery_upkeep.figures(connection).oldest_ms is None


def _seqs_of(conversation: str) -> Any:
    query = select(messages.c.seq).where(messages.c.conversation == conversation)
    return lambda connection: list(connection.execute(query).scalars())


def _unasked(connection: Connection) -> list[str]:
    """Types of stored events about somebody that name nobody."""
    about = select(outbox_subjects.c.event)
    query = select(outbox).where(
        outbox.c.tier >= 1, outbox.c.drill.is_(False), outbox.c.seq.not_in(about)
    )
    return sorted({row.type for row in connection.execute(query)})


@asynccontextmanager
async def _house(folder: Path) -> AsyncIterator[House]:
    data = folder / "data"
    data.mkdir(mode=0o700)
    write_safety_key(data, SafetyKey(CipherSuite(1), b"k" * 32))
    kinds = folder / "kinds.json"
    write_file(kinds, msgspec.json.encode([OPEN_CIRCLE]))
    keys = EndpointKeys(data)
    async with hook_receiver() as receiver:
        listed = places(receiver.url)
        settings = {
            "calls.kinds_file": kinds,
            "media.engine": "off",
            "hooks.allow_private": (receiver.url.removeprefix("http://"),),
            **relay(folder),
        }

        def name_them(transaction: Transaction) -> None:
            for place in listed:
                keys.make(place.row.signing_key, seeded_rng(len(place.path)))
                endpoints.add(transaction.connection, place.row)

        async with crisis_wire(folder, settings=settings) as wire:
            await wire.api.server.writer.run(name_them, lane=WriterLane.OTHER)
            calls = CallWire(wire.api, wire.clock, seeded_rng(30))
            yield House(wire, calls, receiver, listed, keys)


def _of_members(house: House) -> list[Hook]:
    """What came about members, but to those who ring whoever is on call."""
    paging = f"/{Purpose.PAGING.value}/"
    return [
        hook
        for hook in house.receiver.hooks
        if tier_of(hook) > 0 and not hook.path.startswith(paging)
    ]


async def _swept(house: House) -> None:
    """What holds of every body, header and address, whatever anybody agreed to."""
    hooks = house.receiver.hooks
    assert canaries(hooks) == []
    assert own_ids_in(hooks, await house.read(own_ids)) == []
    assert joined(hooks) == []
    assert [each for each in hooks if leaks(each.raw.partition(b"\n\n")[2])] == []
    paging = f"/{Purpose.PAGING.value}/"
    exact = finer_than_a_window(hooks)
    assert {each.path for each in exact} <= {f"{paging}2"}
    for place in house.places:
        for hook in house.at(place):
            assert tier_of(hook) <= place.row.max_tier
            assert place.path == "/drills" or "drill" not in hook.body
    assert await house.read(_unasked) == []


async def test_nothing_leaves_but_what_was_agreed_to(tmp_path: Path) -> None:
    async with _house(tmp_path) as house:
        await house.comes()
        await house.story()
        assert house.receiver.hooks, "whoever rings others is told"
        assert _of_members(house) == []
        await _swept(house)

        await house.comes()
        await house.agree()
        await house.story()
        await _swept(house)
        granted = {each.value for each in GRANTED}
        told = _of_members(house)
        assert {each.path.split("/")[1] for each in told} - {"drills"} == granted
        _arrives(house, told)
        _silent_is_unknown(house)
        _duties_are_alike(house)

        del house.receiver.hooks[:]
        await house.drills()
        await _swept(house)
        drilled = {hook.path for hook in house.receiver.hooks if "drill" in hook.body}
        assert drilled == {"/drills"}
        crises = [
            h for h in house.receiver.hooks if h.body["type"].startswith("crisis")
        ]
        assert {each.path for each in crises} == {"/drills"}


def _arrives(house: House, told: list[Hook]) -> None:
    """The thin facts do, where they may: nothing above is empty for another reason."""
    by_path: dict[str, set[str]] = {}
    for hook in told:
        by_path.setdefault(hook.path, set()).add(hook.body["type"])
    members = {
        *("session.scheduled", "session.started", "session.ended", "session.attended"),
        *("circle.opened", "circle.closed", "goal.completed", "duty.ended"),
        *("training.minutes_recorded", "supervision.held", "consent.granted"),
        "feedback.submitted",
    }
    sensitive = {"crisis.opened", "crisis.accepted", "safety.complaint_filed"}
    for purpose in GRANTED:
        assert members <= by_path[f"/{purpose.value}/1"]
        assert members | sensitive <= by_path[f"/{purpose.value}/2"]
        assert f"/{purpose.value}/0" not in by_path
    for hook in told:
        if hook.body["type"] == "consent.granted":
            assert hook.body["data"]["purpose"] == hook.path.split("/")[1]
        if hook.body["type"].startswith("crisis."):
            assert set(hook.body["data"]) <= {"case", "state", "due"}


def _silent_is_unknown(house: House) -> None:
    """Whoever agreed to nothing is known nowhere by any name."""
    silent = house.people[SILENT].account
    for place in house.places:
        if place.is_of_members:
            name = house.names(place).of("account", silent).encode()
            assert not [hook for hook in house.at(place) if name in hook.raw]


def _duties_are_alike(house: House) -> None:
    """Who had a case and who had none, to whoever hears of no crisis."""
    for place in house.places:
        if place.row.max_tier != 1 or place.purpose.value not in GRANTED:
            continue
        names = house.names(place)
        streams = [
            [
                (hook.body["type"], hook.body["data"].get("minutes"), set(hook.body))
                for hook in house.at(place)
                if names.of("account", house.people[who].account).encode() in hook.raw
            ]
            for who in ("ann", "bob")
        ]
        own = [type_ for type_, *_ in streams[0] if type_.startswith("duty.")]
        assert own == ["duty.started", "duty.ended"]
        assert sorted(streams[0], key=repr) == sorted(streams[1], key=repr)


@pytest.mark.parametrize("form", ["plain", "hex", "base64", "header", "path"])
def test_the_sweep_finds_what_is_planted(form: str) -> None:
    """So that nothing found says something."""
    clean = b'/in\nwebhook-id: evt_A\n\n{"type":"duty.ended","data":{}}'
    body = {"type": "duty.ended", "data": {}, "timestamp": "2026-09-21T14:15:00Z"}
    assert canaries([Hook("/in", "evt_A", body, clean)]) == []
    planted = {
        "plain": clean.replace(b"{}", b'{"note":"%s"}' % PAYLOAD),
        "hex": clean.replace(b"{}", b'"%s"' % PAYLOAD.hex().encode()),
        "base64": clean.replace(b"{}", b64encode(b"=" + PAYLOAD)),
        "header": clean.replace(b"evt_A", CANARY.encode()),
        "path": clean.replace(b"/in", f"/in?{CANARY}".encode()),
    }[form]
    assert canaries([Hook("/in", "evt_A", body, planted)]) == ["/in"]


def test_the_sweep_finds_ids_what_is_joined_and_what_is_too_exact() -> None:
    own, name = "a" * 32, "A2" * 13
    body = {"type": "crisis.opened", "data": {}, "timestamp": "2026-09-21T14:16:00Z"}
    raw = f'{{"case":"{own}","account":"{name}"}}'.encode()
    one, other = Hook("/1", "x", body, raw), Hook("/2", "x", body, raw)
    assert own_ids_in([one], {own}) == [("/1", own)]
    assert own_ids_in([one], {"b" * 32}) == []
    assert joined([one, one]) == []
    assert joined([one, other]) == [(name, "/1", "/2")]
    assert finer_than_a_window([one]) == [one]
    wide = body | {"timestamp": "2026-09-21T14:15:00Z"}
    assert finer_than_a_window([Hook("/1", "x", wide, raw)]) == []
