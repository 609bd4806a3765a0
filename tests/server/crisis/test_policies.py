"""What the desk promises is changed by two people, over real sockets."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mentalverse_crisis.policy import DEFAULT, Policy, Rung
from mentalverse_crisis.policy_document import written
from mentalverse_server.crisis import policy_operator, trial_process
from mentalverse_server.crisis.trial_process import UNFINISHED
from mentalverse_server.store.policies import Signed
from mentalverse_signaling.errors import BadRequest, Forbidden, NotFound, NotNow
from mentalverse_signaling.policy_events import PolicyTrial, PolicyView
from mentalverse_signaling.roles import Role
from support.crisis_wire import Line, Wire, crisis_wire

SIGNED = {"signed_by": "Dr. Example", "signed_on": "2026-11-30"}


@dataclass
class Scene:
    wire: Wire
    lead: Line
    other: Line
    responder: Line

    async def proposes(self, policy: Policy, by: Line | None = None) -> PolicyView:
        document = written(policy)
        who = self.lead if by is None else by
        view = await who.call("policy.propose", document=document, **SIGNED)
        assert isinstance(view, PolicyView)
        return view

    async def tries(self, document: str) -> PolicyTrial:
        """Asked for again while the simulation runs, as the screen does."""
        async with asyncio.timeout(60):
            while True:
                trial = await self.lead.call("policy.try", document=document)
                assert isinstance(trial, PolicyTrial)
                if UNFINISHED not in trial.assumptions:
                    return trial

    async def adopts(self, view: PolicyView, by: Line | None = None) -> PolicyView:
        assert view.proposal is not None
        seen = view.proposal
        answer = await (self.other if by is None else by).call(
            "policy.adopt", revision=seen.revision, document_hash=seen.document_hash
        )
        assert isinstance(answer, PolicyView)
        return answer


@pytest.fixture
async def scene(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scene]:
    # The child is nicer than everybody else on a machine with much to do.
    monkeypatch.setattr(trial_process, "TRIAL_SECONDS", 60.0)
    async with crisis_wire(tmp_path) as wire:
        lead, other = await wire.supervisor("lead"), await wire.supervisor("other")
        yield Scene(wire, lead, other, await wire.responder("ann"))


def changed(revision: str = "own-1", **fields: Any) -> Policy:
    return msgspec.structs.replace(DEFAULT, revision=revision, **fields)


def quicker(revision: str = "own-1", accept_seconds: int = 60) -> Policy:
    """Another promise for A2, which most cases are."""
    band = msgspec.structs.replace(DEFAULT.bands["A2"], accept_seconds=accept_seconds)
    return changed(revision, bands={**DEFAULT.bands, "A2": band})


async def test_a_second_supervisor_adopts_and_new_cases_open_under_it(
    scene: Scene,
) -> None:
    """Who waits already keeps what they were promised."""
    first, second = await scene.wire.person(), await scene.wire.person()
    before = await first.asks()
    proposed = await scene.proposes(quicker())
    assert proposed.revision == DEFAULT.revision
    waiting = proposed.proposal
    assert waiting is not None and waiting.is_mine and waiting.proposed_by == "lead"
    assert (waiting.signed_by, waiting.signed_on) == tuple(SIGNED.values())
    read = await scene.other.call("policy.get")
    assert read.proposal is not None and not read.proposal.is_mine
    document = read.proposal.document
    assert hashlib.sha256(document.encode()).hexdigest() == waiting.document_hash
    adopted = await scene.adopts(read)
    assert adopted.revision == "own-1" and adopted.proposal is None
    assert adopted.document == document
    assert (await scene.lead.board()).policy == "own-1"
    after = await second.asks(request="b" * 32)
    scene.wire.clock.advance(1)
    old = await scene.lead.sees(before.case)
    new = await scene.lead.sees(after.case)
    assert old.accept_due_at - old.opened_at == 120_000
    assert new.accept_due_at - new.opened_at == 60_000
    newest, oldest = adopted.history
    assert (newest.proposed_by, newest.adopted_by) == ("lead", "other")
    assert newest.signed_by == SIGNED["signed_by"]
    assert (oldest.revision, oldest.adopted_at) == (DEFAULT.revision, None)


async def test_nobody_adopts_alone_nor_what_they_have_not_read(scene: Scene) -> None:
    """Not one's own; not what took its place; and adopting again is no error."""
    view = await scene.proposes(quicker())
    with pytest.raises(Forbidden):
        await scene.adopts(view, scene.lead)
    later = await scene.proposes(quicker(accept_seconds=90))
    with pytest.raises(NotNow):
        await scene.adopts(view)
    adopted = await scene.adopts(later)
    assert (await scene.adopts(later)).history == adopted.history
    with pytest.raises(NotFound):
        await scene.adopts(view)


async def test_what_is_taken_back_is_gone_and_the_others_hear_of_each(
    scene: Scene,
) -> None:
    """Nothing proposed is no error; a revision is one document for ever."""
    assert (await scene.other.call("policy.get")).proposal is None
    await scene.proposes(quicker())
    await scene.other.hears("desk.changed", "changed")
    assert (await scene.other.call("policy.discard")).proposal is None
    await scene.lead.hears("desk.changed", "changed")
    assert (await scene.lead.call("policy.discard")).proposal is None
    await scene.adopts(await scene.proposes(quicker()))
    with pytest.raises(BadRequest):
        await scene.proposes(quicker(accept_seconds=90))
    back = await scene.adopts(await scene.proposes(DEFAULT))
    assert back.revision == DEFAULT.revision and len(back.history) == 3


async def test_what_cannot_be_followed_is_not_proposed_and_trying_says_why(
    scene: Scene,
) -> None:
    """With the place; and nothing of it waits for anybody."""
    useless = changed(ladder=(*DEFAULT.ladder, Rung(at_percent=500, pages=())))
    documents = {
        "{}": "revision",
        "no JSON": "JSON",
        written(quicker()).replace("accept_seconds", "acept_seconds"): "bands.A0",
        written(quicker(accept_seconds=0)): "bands.A2.accept_seconds",
    }
    for document, place in documents.items():
        trial = await scene.lead.call("policy.try", document=document)
        assert isinstance(trial, PolicyTrial)
        assert place in trial.problem and not trial.findings
        with pytest.raises(BadRequest):
            await scene.lead.call("policy.propose", document=document, **SIGNED)
    trial = await scene.tries(written(useless))
    assert trial.problem == ""
    assert ("error", "ladder.6") in {(one.weight, one.where) for one in trial.findings}
    with pytest.raises(BadRequest):
        await scene.proposes(useless)
    for signed in ({"signed_on": "2026-13-01"}, {"signed_by": "  "}):
        with pytest.raises(BadRequest):
            document = written(quicker())
            fields = {**SIGNED, **signed}
            await scene.lead.call("policy.propose", document=document, **fields)
    assert (await scene.lead.call("policy.get")).proposal is None


async def test_trying_says_how_the_last_days_would_have_fared(scene: Scene) -> None:
    """By their log, and by the simulator with the same arrivals; nothing is changed."""
    wire = scene.wire
    nobody = await scene.tries(written(quicker()))
    assert (nobody.past, nobody.twin, nobody.assumptions) == ((), (), ())
    await (await wire.person()).asks()
    wire.clock.advance(10)
    await scene.responder.accepts(await scene.responder.offered())
    for seconds, in_time in ((5, 0), (60, 1)):
        document = written(quicker(accept_seconds=seconds))
        trial = await scene.tries(document)
        (past,) = trial.past
        assert (past.band, past.judged) == (2, 1)
        assert (past.in_time, past.in_time_here) == (1, in_time)
        (twin,) = trial.twin
        assert (twin.band, twin.arrivals) == (2, 1)
        assert twin.in_time_permille == twin.in_time_permille_here
        assert any("1 people come" in said for said in trial.assumptions)
    assert (await scene.lead.call("policy.get")).revision == DEFAULT.revision


async def test_what_is_adopted_beside_a_server_is_gone_by_with_the_next_case(
    scene: Scene,
) -> None:
    """The server does not have to start again, nor to be told."""
    config = scene.wire.api.server.config
    signed = Signed(SIGNED["signed_by"], SIGNED["signed_on"])
    await asyncio.to_thread(policy_operator.adopt, config, quicker(), signed)
    case = await (await scene.wire.person()).asks()
    shown = await scene.lead.sees(case.case)
    assert shown.accept_due_at - shown.opened_at == 60_000
    crisis = scene.wire.api.server.crisis
    assert crisis is not None and crisis.in_force.policy == quicker()
    view = await scene.lead.call("policy.get")
    newest = view.history[0]
    assert (newest.revision, newest.adopted_by) == ("own-1", None)


async def test_it_is_for_supervisors(scene: Scene) -> None:
    """Responders, persons and others are told so, whatever they ask."""
    document = written(quicker())
    adopted = {"revision": "own-1", "document_hash": "0" * 64}
    calls: dict[str, dict[str, Any]] = {
        "policy.get": {},
        "policy.try": {"document": document},
        "policy.propose": {"document": document, **SIGNED},
        "policy.adopt": adopted,
        "policy.discard": {},
    }
    mentee = await scene.wire.member("eve", Role.MENTEE)
    for who in (scene.responder, mentee, await scene.wire.person()):
        for name, fields in calls.items():
            with pytest.raises(Forbidden):
                await who.call(name, **fields)


async def test_what_was_adopted_outlives_a_restart(tmp_path: Path) -> None:
    """The desk goes on under it, and the shipped policy does not come back."""
    async with crisis_wire(tmp_path) as wire:
        scene = Scene(
            wire,
            await wire.supervisor("lead"),
            await wire.supervisor("other"),
            await wire.responder("ann"),
        )
        await scene.adopts(await scene.proposes(quicker()))
        clock, line = wire.clock, scene.lead
    async with crisis_wire(tmp_path, clock=clock) as wire:
        crisis = wire.api.server.crisis
        assert crisis is not None
        assert crisis.in_force.policy == quicker()
        view = await (await wire.again(line)).call("policy.get")
        assert view.revision == "own-1" and len(view.history) == 2
