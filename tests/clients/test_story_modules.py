"""From an application to a credential that is taken back, by the client alone.

Max applies and two decide; Mia is shown three with reasons and chooses him; both agree
and prepare; they meet in their own encrypted conversation and sign for it; what came of
it is settled with its week and computed again; then his credential is taken back.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from mentalverse_client import Client, Conversation
from mentalverse_client.errors import NotConnected
from mentalverse_crypto import attendance
from mentalverse_crypto.ciphersuite import sign
from mentalverse_modules.matching.people import week
from mentalverse_modules.rewards import documents
from mentalverse_modules.rewards.epoch import closes_ms, epoch_of
from mentalverse_modules.rewards.receipt import (
    flaws,
    read_receipt,
    receipt_bytes,
    subject,
)
from mentalverse_server.clock import to_millis
from mentalverse_server.store import match_searches as searches
from mentalverse_signaling.attendance_text import receipt_octets
from mentalverse_signaling.call_events import CallRole, CallView
from mentalverse_signaling.errors import Forbidden
from mentalverse_signaling.events import COMMANDS
from mentalverse_signaling.ids import AccountId, ConversationId, id_bytes
from mentalverse_signaling.match_events import MatchView
from mentalverse_signaling.roles import Role
from support.call_wire import CallWire, call_wire, relay, until
from support.clients import (
    DEADLINE_SECONDS,
    PASSPHRASE,
    eventually,
    next_message,
    only_conversation,
    opened,
)
from support.clock import ManualClock
from support.reviewing import Reviewers, reviewers

if TYPE_CHECKING:
    from mentalverse_signaling.credential_events import SignedCredential

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

MINUTES = 5
"""Of the session: the fewest that one is planned for."""
BEAT_SECONDS = 6
PATIENT = {"transport.ping_timeout_seconds": 30 * 86_400}
"""The clock goes on by more than a week, and nobody's socket is to end by it."""
CODES = {"languages": ["en"], "slots": f"{week([(600, 1200)]):x}", "goals": ["sleep"]}


@dataclass
class House:
    """A fresh installation, and those who come to it."""

    wire: CallWire
    reviewers: Reviewers
    max_: Client
    mia: Client
    ida: Client

    async def ran(self) -> None:
        """A run of matching that a coordinator asks for, to its end."""
        database = self.wire.api.server.database
        before = await database.read(searches.last_run)
        self.wire.clock.advance(60)
        await self.reviewers.one.call("match.run")

        async def is_over() -> bool:
            return await database.read(searches.last_run) != before

        await until(is_over, 120)

    async def proposed(self, to: Client) -> MatchView:
        """Whom a run proposes to somebody, once a coordinator has looked at it."""
        await ask(to, "match.begin", codes=CODES)
        await self.ran()
        (waiting,) = (await self.reviewers.one.call("match.queue")).waiting
        await self.reviewers.one.call("match.release", proposal=waiting.proposal)
        view = await ask(to, "match.view")
        assert isinstance(view, MatchView)
        return view

    async def credential(self) -> SignedCredential:
        """Max is trained, applies, and carries away what two approve."""
        await self.reviewers.trained(AccountId(self.max_.account))
        await self.reviewers.issued(self.max_, "level_basic")
        return await self.reviewers.issued(self.max_, "peer_mentor")

    async def matched(self) -> None:
        """Mia looks for somebody, chooses Max, and both prepare."""
        offering = await ask(self.max_, "match.offer", codes=CODES, places=2)
        assert offering.eligible
        for name in ("ann-s", "ben-s"):
            other = await self.wire.member(name, Role.MENTOR)
            await other.call("match.offer", codes=CODES, places=1)
        view = await self.proposed(self.mia)
        assert len(view.options) == 3
        (option,) = (one for one in view.options if one.name == self.max_.handle)
        assert sum(line.points for line in option.lines) == option.points
        chosen = {"proposal": view.proposal, "option": option.option}
        await ask(self.mia, "match.choose", **chosen)
        (asked,) = (await ask(self.max_, "match.view")).asks
        view = await ask(self.max_, "match.answer", ask=asked.ask, yes=True)
        (together,) = view.together
        which = {"relationship": together.relationship}
        for client in (self.max_, self.mia):
            await ask(client, "match.orient", **which)
        view = await ask(self.mia, "match.contact", **which, choice="declined")
        assert view.stage == "active"

    async def talk(self) -> Conversation:
        """The encrypted conversation of the two; Max shows what he was issued there."""
        talk = await self.mia.direct(self.max_.handle)
        await talk.send("hello")
        theirs = await only_conversation(self.max_)
        assert (await next_message(theirs)).text == "hello"
        return talk

    async def shown(self, talk: Conversation, signed: SignedCredential) -> None:
        """Mia sees that she talks with the one who was approved."""
        mine, theirs = self.mia.credentials.proofs, self.max_.credentials.proofs
        asked = await mine.ask(talk.id)
        await eventually(lambda: asked in {each.ask for each in theirs.asked(talk.id)})
        await theirs.show(talk.id, asked, signed.jwt)

        async def is_there() -> Any:
            return await mine.shown(talk.id, asked)

        (shown,) = await until(is_there, DEADLINE_SECONDS)
        assert (shown.account, shown.problem) == (self.max_.account, "")
        assert shown.credential.attested.code == "peer_mentor"

    async def met(self, talk: Conversation) -> None:
        """A planned session of the two, attended and signed for by both devices."""
        planned = await ask(
            self.max_,
            "session.plan",
            request=self.wire.id(),
            conversation=talk.id,
            kind="individual",
            starts_at=to_millis(self.wire.clock.now()),
            minutes=MINUTES,
        )
        call = await self.call(self.max_, talk, session=planned.session)
        people = (self.max_, self.mia)
        for client in people:
            await self.join(client, call)
        for _ in range(MINUTES * 60 // BEAT_SECONDS):
            self.wire.clock.advance(BEAT_SECONDS)
            for client in people:
                await ask(client, "call.beat", call=call.call)
        await ask(self.max_, "call.end", call=call.call)
        for client in people:
            await attest(client, talk, call)
        await self.wire.api.server.rewards.books.hear()

    async def call(self, by: Client, talk: Conversation, **more: Any) -> CallView:
        """Open a call there."""
        view = await ask(by, "call.start", conversation=talk.id, media="audio", **more)
        assert isinstance(view, CallView)
        return view

    async def join(self, client: Client, call: CallView) -> None:
        """Take a seat."""
        await ask(
            client,
            "call.join",
            call=call.call,
            conn_id=self.wire.id(),
            caps={"e2ee": True},
        )

    async def week_over(self) -> None:
        """The week of now is closed, as the housekeeping does it."""
        now_ms = to_millis(self.wire.clock.now())
        left_ms = closes_ms(epoch_of(now_ms)) - now_ms
        self.wire.clock.advance(left_ms / 1000 + 1)
        await self.wire.api.server.rewards.books.tend()


async def ask(client: Client, event: str, **fields: Any) -> Any:
    """One command by the line of a client, which comes back if it was lost."""
    known = COMMANDS[event]
    payload = msgspec.convert(fields, known.payload, strict=False)
    for _ in range(3):
        await client.connected()
        try:
            return await client._engine.call(event, payload, known.answer)
        except NotConnected:
            continue
    raise AssertionError(f"no line for {event}")


async def attest(client: Client, talk: Conversation, call: CallView) -> None:
    """Sign for the call, with the mark that only the two can make."""
    assert call.session is not None
    device = client._engine.device
    state = client._engine.rooms[ConversationId(talk.id)].state
    mark = attendance.mark(state, id_bytes(call.session), id_bytes(call.call))
    octets = receipt_octets(
        *(call.call, call.session, device.leaf),
        *(CallRole.PARTICIPANT, MINUTES, (mark,)),
    )
    await ask(
        client,
        "attendance.attest",
        call=call.call,
        role="participant",
        minutes=MINUTES,
        marks=[mark],
        signature=sign(device.profile.device_key, octets),
    )


async def entry_of(client: Client, rule: str) -> Any:
    """The one entry of a rule."""
    found = await ask(client, "reward.list")
    (entry,) = (one for one in found.entries if one.rule.startswith(rule))
    return entry


async def recompute(client: Client, entry: Any) -> None:
    """What was paid, from the receipt and the pack, by none of the server's code."""
    papers = await ask(client, "reward.receipt", entry=entry.entry)
    found = await ask(client, "reward.list")
    receipt = read_receipt(papers.document.encode())
    envelope = documents.Signed(*msgspec.structs.astuple(papers.pack))
    pack = documents.opened(envelope, bytes.fromhex(found.policy_key))
    assert flaws(receipt, pack) == ()
    assert receipt_bytes(receipt) == papers.document.encode()
    whose = msgspec.structs.replace(
        receipt.fact, evt_id=papers.event, beneficiary=papers.beneficiary
    )
    assert subject(bytes.fromhex(receipt.salt), whose) == receipt.subject
    assert str(receipt.paid_micro) == entry.micro


@pytest.mark.capability("K09")
@pytest.mark.capability("M03")
@pytest.mark.capability("T01")
async def test_from_an_application_to_a_credential_that_is_taken_back(
    tmp_path: Path,
) -> None:
    clock = ManualClock(datetime.now(UTC) - timedelta(minutes=5))
    async with (
        call_wire(tmp_path, clock, {**relay(tmp_path), **PATIENT}) as wire,
        AsyncExitStack() as stack,
    ):
        decide = await reviewers(wire)
        clients = []
        for name, role in (("max-s", Role.MENTOR), ("mia-s", None), ("ida-s", None)):
            code = wire.api.invite(*([role] if role else []))
            profile, url = tmp_path / name, wire.api.server.url
            await Client.register(url, code, name, profile, PASSPHRASE)
            clients.append(await stack.enter_async_context(opened(profile)))
        house = House(wire, decide, *clients)
        max_, mia, ida = clients

        signed = await house.credential()
        await house.matched()
        talk = await house.talk()
        await house.shown(talk, signed)
        await house.met(talk)
        for client, rule in ((max_, "peer.session"), (mia, "mentee.s")):
            entry = await entry_of(client, rule)
            assert (entry.state, entry.minutes) == ("pending", MINUTES)
        await house.week_over()
        for client, rule in ((max_, "peer.session"), (mia, "mentee.s")):
            entry = await entry_of(client, rule)
            assert (entry.state, entry.reason) == ("posted", None)
            await recompute(client, entry)

        running = await house.call(mia, talk)
        await house.join(mia, running)
        other = await ida.direct(max_.handle)
        await decide.fresh()
        await decide.decide("revoke", signed)
        with pytest.raises(Forbidden):
            await house.call(ida, other)
        assert not (await ask(max_, "match.offered")).eligible
        await house.join(max_, running)
        for client in (mia, max_):
            await ask(client, "call.beat", call=running.call)
        await ask(max_, "call.end", call=running.call)
        with pytest.raises(Forbidden):
            await house.call(mia, talk)
        view = await house.proposed(ida)
        assert {each.name for each in view.options} == {"ann-s", "ben-s"}
