"""Who may answer is asked beside the desk; who asks for help waits for no provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from mentalverse_crisis.desk import Credential, Responder
from mentalverse_server.crisis import eligibility
from mentalverse_server.crisis.glance import Glance
from mentalverse_server.hooks.decide import Asking, Heard
from mentalverse_server.hooks.ports import Answer, Eligible, Reason, Verdict
from mentalverse_server.store import credentials
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.crisis_events import CaseStatus
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.roles import Role
from support.call_wire import relay, until
from support.crisis_wire import Line, Wire, crisis_wire
from support.installed_provider import Register, installed_provider

pytestmark = pytest.mark.usefixtures("patient")

YES = Answer(Verdict.ALLOW)
NO = Answer(Verdict.DENY, Reason.SUSPENDED)
ALL = {"hooks.providers": ["register"]}


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    with installed_provider(tmp_path, monkeypatch) as installed:
        yield installed


def _fails() -> Answer:
    raise RuntimeError("the register is down")


async def _on_roster(wire: Wire, line: Line) -> Responder:
    desk = await wire.api.server.database.read(Glance().of)
    return desk.responders[line.account]


async def _until_known(wire: Wire, line: Line, credential: Credential) -> None:
    async def is_known() -> bool:
        return (await _on_roster(wire, line)).credential is credential

    await until(is_known)


@pytest.mark.parametrize("is_blocking", [False, True])
async def test_with_every_provider_dead_help_asks_none_of_them(
    tmp_path: Path,
    register: Register,
    monkeypatch: pytest.MonkeyPatch,
    is_blocking: bool,
) -> None:
    """Opening a case, leaving, coming back, being answered, a call: 0 questions.

    Of a provider that fails and of one that blocks; the supervisor is still offered the
    case, since somebody has to be.
    """
    put: list[str] = []
    ask = Asking.ask

    async def noted(self: Asking, question: object, deadline_seconds: float) -> Heard:
        put.append(self.decision)
        return await ask(self, question, deadline_seconds)

    monkeypatch.setattr(Asking, "ask", noted)
    release = Event()
    blocks: Callable[[], object] = lambda: release.wait(30)  # noqa: E731
    register.says = blocks if is_blocking else _fails
    async with crisis_wire(tmp_path, settings={**ALL, **relay(tmp_path)}) as wire:
        ann = await wire.responder("ann")
        eve = await wire.responder("eve", Role.SUPERVISOR)
        for line in (ann, eve):
            await _until_known(wire, line, Credential.UNKNOWN)
        before = list(put)
        assert set(before) == {"crisis.responder_eligible"}
        assert register.asked

        person = await wire.person()
        case = (await person.asks(band=1)).case
        assert (await eve.offered()).case == case
        await person.call("case.leave")
        back = await person.call("case.resume")
        assert back.case.status in {CaseStatus.WAITING, CaseStatus.OFFERED}
        await eve.accepts(await eve.offered())
        talk = await wire.talks(person, eve, case)
        call = await person.call("call.start", conversation=talk.id, media="audio")
        for line in (person, eve):
            await line.call(
                "call.join", call=call.call, conn_id=line.account, caps={"e2ee": True}
            )
        await person.call("case.leave")
        again = await wire.person()
        await again.asks(band=0)
        await again.call("case.leave")
        with pytest.raises(NotFound):
            await again.call("case.raise", case="0" * 32)
        assert put == before
        release.set()


async def test_a_yes_makes_somebody_good_for_offers(
    tmp_path: Path, register: Register
) -> None:
    register.says = _yes
    async with crisis_wire(tmp_path, settings=ALL) as wire:
        ann = await wire.responder("ann")
        await _until_known(wire, ann, Credential.GOOD)
        assert ("eligible", Eligible(ann.account)) in register.asked
        case = (await (await wire.person()).asks()).case
        assert (await ann.offered()).case == case


async def test_a_no_ends_offers_and_no_duty_and_outlives_a_restart(
    tmp_path: Path, register: Register
) -> None:
    register.says = lambda: NO
    async with crisis_wire(tmp_path, settings=ALL) as wire:
        ann = await wire.responder("ann")
        await _until_known(wire, ann, Credential.REVOKED)
        assert (await ann.desk()).cases == ()
    for says, credential in ((_fails, Credential.REVOKED), (_yes, Credential.GOOD)):
        register.says, count = says, len(register.asked)
        async with crisis_wire(tmp_path, clock=wire.clock, settings=ALL) as wire:
            ann = await wire.again(ann)
            await ann.desk()
            await until(partial(_asked_more, register, count))
            await _until_known(wire, ann, credential)


def _yes() -> Answer:
    return YES


async def _asked_more(register: Register, count: int) -> bool:
    return len(register.asked) > count


async def test_where_nobody_is_named_the_role_counts(
    tmp_path: Path, register: Register
) -> None:
    """Installed and not named, it is not even imported."""
    async with crisis_wire(tmp_path) as wire:
        ann = await wire.responder("ann")
        assert (await _on_roster(wire, ann)).credential is Credential.GOOD
        assert not register.is_imported
        assert register.asked == []


@pytest.mark.capability("K09")
@pytest.mark.capability("K10")
async def test_a_credential_that_is_taken_back_ends_new_cases_and_no_running_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eligibility, "OWN_REFRESH_SECONDS", 0.05)
    async with crisis_wire(tmp_path) as wire:
        ann = await wire.responder("ann")
        await _until_known(wire, ann, Credential.GOOD)
        person = await wire.person()
        case = (await person.asks()).case
        await ann.accepts(await ann.offered())
        await wire.talks(person, ann, case)
        for row in (_row(ann, "professional"), _row(ann, "specialty_crisis")):
            await _write(wire, partial(credentials.put, row=row))
        taken = partial(credentials.change, id_=_id("professional"), status="suspended")
        await _write(wire, taken)
        await _until_known(wire, ann, Credential.REVOKED)
        assert [one.case for one in (await ann.desk()).cases] == [case]


async def _write(wire: Wire, change: Callable[..., None]) -> None:
    def script(transaction: Transaction) -> None:
        change(transaction.connection)

    await wire.api.server.writer.run(script, lane=WriterLane.OTHER)


def _id(code: str) -> str:
    return code.encode().hex()[:32].ljust(32, "0")


def _row(line: Line, code: str) -> credentials.CredentialRow:
    return credentials.CredentialRow(
        id=_id(code),
        account=line.account,
        credential=code,
        skill="crisis" if code == "specialty_crisis" else "clinical",
        status="active",
        reason="",
        from_ms=0,
        until_ms=2**42,
        supervised_ms=None,
        status_list=0,
        status_index=len(code),
        token="",
    )
