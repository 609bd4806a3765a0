"""Who may do what at the desk: every command for every kind of caller."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mentalverse_server.roster import revoke
from mentalverse_signaling import override_events, policy_events
from mentalverse_signaling.errors import Forbidden, NotFound, SignalingError
from mentalverse_signaling.events import COMMANDS
from mentalverse_signaling.quota import Lane
from mentalverse_signaling.roles import Role
from support.crisis_wire import Wire, crisis_wire

OF_PERSONS = {
    "case.open",
    "case.mine",
    "case.raise",
    "case.leave",
    "case.resume",
    "case.beat",
    "case.attach",
}
OF_OVERRIDES = {name for name, _, _ in override_events.CALLS}
"""Theirs is the matrix of `test_overrides`."""
OF_POLICIES = {name for name, _, _ in policy_events.CALLS}
"""Supervisors' alone: `test_policies`."""

NOBODYS = "forbidden forbidden forbidden"
MATRIX = {
    "duty.start": "ok ok ok",
    "duty.test": "ok ok ok",
    "duty.test_seen": "ok ok ok",
    "duty.pause": "ok ok ok",
    "duty.beat": "ok ok ok",
    "desk.mine": "ok ok ok",
    "desk.board": "forbidden forbidden ok",
    "rota.list": "ok ok ok",
    "rota.change": "forbidden forbidden ok",
    "referral.list": "ok ok ok",
    "case.accept": "offer_rescinded offer_rescinded offer_rescinded",
    "case.decline": "offer_rescinded offer_rescinded offer_rescinded",
    "case.typing": "not_found ok ok",
    "case.lower": "not_found ok ok",
    "case.transfer": "stale_fence not_now stale_fence",
    "case.transfer_answer": "not_now not_now not_now",
    "case.escalate": "stale_fence ok stale_fence",
    "case.join": "forbidden forbidden ok",
    "case.step_out": "ok not_now ok",
    "case.agree_return": "forbidden forbidden not_now",
    "page.ack": "not_now not_now not_now",
    "followup.list": "ok ok ok",
    "followup.take": "not_now not_now not_now",
    "followup.record": "not_now not_now not_now",
    "duty.allow": "forbidden forbidden not_now",
    "duty.end": "ok not_now ok",
    "case.wrap_up": "stale_fence not_now stale_fence",
    "case.end": "stale_fence ok stale_fence",
    "audit.list": "forbidden forbidden ok",
    "drill.start": "forbidden forbidden ok",
}
"""Outcomes for a colleague, the holder of an A2 and a supervisor, in this order;
everybody else is refused everything. Commands are tried one after the other;
`case.end` ends the conversation."""


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with crisis_wire(tmp_path) as running:
        yield running


def test_the_matrix_has_every_command_of_the_desk() -> None:
    of_desk = {c.name for c in COMMANDS.values() if c.lane is Lane.CRISIS}
    elsewhere = OF_PERSONS | OF_OVERRIDES | OF_POLICIES
    assert set(MATRIX) | elsewhere == of_desk
    assert not set(MATRIX) & elsewhere


async def test_a_caller_may_do_what_the_matrix_says(wire: Wire) -> None:
    """Roles decide who is at the desk at all, and holds whose case it is."""
    holder = await wire.responder("ann")
    callers = {
        "guest": await wire.person(),
        "mentee": await wire.member("mia", Role.MENTEE, Role.MENTOR),
        "operator": await wire.member("olga", Role.OPERATOR, Role.FACILITATOR),
        "colleague": await wire.responder("bob"),
        "holder": holder,
        "supervisor": await wire.supervisor("eve"),
    }
    person = await wire.person()
    case = (await person.asks(band=2)).case
    await holder.accepts(await holder.offered())
    await wire.talks(person, holder, case)
    own = await holder.own(case)
    hour = {"starts_at": 0, "ends_at": 3_600_000}
    fields: dict[str, dict[str, Any]] = {
        "rota.list": hour,
        "rota.change": hour,
        "case.accept": {"offer": "o"},
        "case.decline": {"offer": "o"},
        "case.lower": {"band": 3, "reason": "calmer"},
        "case.transfer": {"fence": own.fence, "to": holder.account},
        "case.transfer_answer": {"accept": True},
        "case.escalate": {"fence": own.fence},
        "case.end": {"fence": own.fence},
        "case.wrap_up": {"fence": own.fence, "outcome": "completed"},
        "followup.record": {"outcome": "reached"},
        "drill.start": {"request": "d" * 32, "band": 4},
        "duty.allow": {"account": holder.account},
    }
    for event, outcomes in MATRIX.items():
        names_case = "case" in COMMANDS[event].payload.__struct_fields__
        about = {"case": case} if names_case else {}
        found = []
        for caller in callers.values():
            try:
                await caller.call(event, **about, **fields.get(event, {}))
                found.append("ok")
            except SignalingError as error:
                found.append(error.code)
        assert found == f"{NOBODYS} {outcomes}".split(), event


async def test_a_case_is_raised_by_who_sees_it_and_by_nobody_else(wire: Wire) -> None:
    """Responders their own, supervisors any; it is never refused for being urgent."""
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    eve, mia = await wire.supervisor("eve"), await wire.member("mia", Role.MENTEE)
    await eve.desk()
    person = await wire.person()
    case = (await person.asks(band=3)).case
    await ann.accepts(await ann.offered())
    for nobody in (bob, mia):
        with pytest.raises(NotFound):
            await nobody.call("case.raise", case=case)
    await ann.call("case.raise", case=case)
    assert (await person.case()).band == 2
    await eve.call("case.raise", case=case, band=0)
    assert (await person.case()).band == 0
    await ann.hears("desk.changed", "band_changed")


async def test_a_role_that_was_taken_ends_at_once(wire: Wire) -> None:
    """No call is answered any more, and nobody who lost it is asked for a case."""
    ann = await wire.responder("ann")
    revoke(wire.api.server.config, "ann", Role.RESPONDER)
    with pytest.raises(Forbidden):
        await ann.call("duty.beat")
    person = await wire.person()
    await person.asks(band=0)
    bob = await wire.responder("bob")
    assert (await bob.offered()).band == 0
    eve = await wire.supervisor("eve")
    (case,) = (await eve.board()).cases
    assert case.asked == ("bob",)


async def test_a_desk_that_is_off_has_nothing_to_ask_of(tmp_path: Path) -> None:
    """Every command says so, to whoever has whatever role."""
    async with crisis_wire(tmp_path, mode="off") as wire:
        ann = await wire.member("ann", Role.RESPONDER)
        for event in ("duty.start", "desk.mine", "desk.board", "followup.list"):
            with pytest.raises(NotFound):
                await ann.call(event)
