"""A credential shown in a conversation: real devices, a real server that sees none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mentalverse_client import Client, Conversation
from mentalverse_client.account.credential_holder import holder_of
from mentalverse_client.errors import UnknownConversation, UnknownMessage
from mentalverse_client.live_proofs import Published, Shown
from mentalverse_client.store import shown_credentials as store
from mentalverse_client.store.vault import Vault
from mentalverse_crypto.content import Body
from mentalverse_crypto.shown_credential import CredentialAsk, CredentialShown
from mentalverse_modules.credentials import vc
from mentalverse_modules.credentials.keys import did_key
from mentalverse_modules.credentials.status_list import Purpose, sign_list
from mentalverse_signaling.credential_events import SignedCredential
from mentalverse_signaling.ids import AccountId, ConversationId
from mentalverse_signaling.roles import Role
from support.call_wire import CallWire, call_wire
from support.clients import PASSPHRASE, eventually, opened
from support.clock import ManualClock
from support.credentials_kit import FROM_S, credential, issuer_key, published
from support.reviewing import Reviewers, reviewers

pytestmark = [
    pytest.mark.capability("K16"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@dataclass
class House:
    """Max, who is licensed; Mia, who wants to see it; Eve, who would like to be."""

    wire: CallWire
    reviewers: Reviewers
    max_: Client
    mia: Client
    eve: Client
    signed: SignedCredential

    async def talk(self, *others: Client) -> Conversation:
        """A circle of Max with these."""
        talk = await self.max_.create_circle([one.handle for one in others])
        await eventually(lambda: all(_has(one, talk) for one in others))
        return talk

    async def asks(self, talk: Conversation, by: Client | None = None) -> str:
        """Mia asks, and Max hears it."""
        ask = await (by or self.mia).credentials.proofs.ask(talk.id)
        proofs = self.max_.credentials.proofs
        await eventually(lambda: ask in {one.ask for one in proofs.asked(talk.id)})
        return ask

    async def verdict(
        self,
        talk: Conversation,
        ask: str,
        of: Client,
        believed: Published | None = None,
    ) -> Shown:
        """What Mia makes of what somebody has shown."""
        await _kept(self.mia, talk, ask, of)
        proofs = self.mia.credentials.proofs
        found = await proofs.shown(talk.id, ask, believed)
        return next(one for one in found if one.account == of.account)

    async def shows(self, talk: Conversation, ask: str) -> CredentialShown:
        """Max answers Mia; what went out, for those who repeat it."""
        await self.max_.credentials.proofs.show(talk.id, ask, self.signed.jwt)
        return await _kept(self.mia, talk, ask, self.max_)


async def _kept(
    at: Client, talk: Conversation, ask: str, of: Client, *, since_ms: int = 0
) -> CredentialShown:
    """What somebody has shown, once a device that asked has it."""
    vault, found = _vault(at), list[store.Shown]()

    def is_there() -> bool:
        found[:] = [
            one
            for one in store.of_conversation(vault, talk.id).shown
            if (one.nonce.hex(), one.account) == (ask, of.account)
            and one.at_ms > since_ms
        ]
        return bool(found)

    await eventually(is_there)
    return CredentialShown(found[0].nonce, found[0].jwt, found[0].sig)


def _vault(client: Client) -> Vault:
    return client._engine.device.profile.vault


def _has(client: Client, talk: Conversation) -> bool:
    return talk.id in {one.id for one in client.conversations()}


def _says(client: Client, talk: Conversation, body: Body) -> None:
    """Out of the mouth of a client that does as it likes."""
    room = client._engine.rooms[ConversationId(talk.id)]
    room.write(body)
    client._engine.courier(room).wake()


@asynccontextmanager
async def _house(tmp_path: Path) -> AsyncIterator[House]:
    clock = ManualClock(datetime.now(UTC) - timedelta(minutes=3))
    async with call_wire(tmp_path, clock) as wire, AsyncExitStack() as stack:
        decide = await reviewers(wire)
        people = []
        for name in ("max-p", "mia-p", "eve-p"):
            profile, url = tmp_path / name, wire.api.server.url
            code = wire.api.invite(Role.MENTOR)
            await Client.register(url, code, name, profile, PASSPHRASE)
            people.append(await stack.enter_async_context(opened(profile)))
        max_, mia, eve = people
        await decide.trained(AccountId(max_.account))
        signed = await decide.issued(max_, "level_basic")
        yield House(wire, decide, max_, mia, eve, signed)


async def test_a_member_sees_that_this_member_is_licensed(tmp_path: Path) -> None:
    async with _house(tmp_path) as house:
        talk = await house.talk(house.mia, house.eve)
        ask = await house.asks(talk)
        await house.shows(talk, ask)
        shown = await house.verdict(talk, ask, house.max_)
        assert shown.problem == ""
        assert shown.credential is not None
        assert shown.credential.attested.code == "level_basic"
        assert house.max_.credentials.proofs.asked(talk.id) == ()
        with pytest.raises(UnknownMessage):
            await house.max_.credentials.proofs.show(talk.id, ask, house.signed.jwt)
        with pytest.raises(UnknownConversation):
            await house.mia.credentials.proofs.ask("0" * 32)
        assert await house.mia.credentials.proofs.shown(talk.id, "0" * 64) == ()
        for client in (house.mia, house.max_, house.eve):
            (there,) = client.conversations()
            assert {one.kind for one in there.history()} <= {"notice"}
        stored = b"".join(
            path.read_bytes() for path in (tmp_path / "data").glob("*.db*")
        )
        assert b"credential.ask" not in stored
        assert bytes.fromhex(ask) not in stored


async def test_out_of_another_mouth_it_says_nothing(tmp_path: Path) -> None:
    """Nor carried here from a conversation where somebody else put the question."""
    async with _house(tmp_path) as house:
        talk = await house.talk(house.mia, house.eve)
        ask = await house.asks(talk)
        _says(house.eve, talk, await house.shows(talk, ask))
        shown = await house.verdict(talk, ask, house.eve)
        assert (shown.credential, shown.problem) == (None, "shown_elsewhere")

        ask, aside = await house.asks(talk), await house.talk(house.eve)
        with _vault(house.eve).transaction() as write:
            store.note_own(_vault(house.eve), write, aside.id, bytes.fromhex(ask))
        _says(house.eve, aside, CredentialAsk(bytes.fromhex(ask)))
        proofs = house.max_.credentials.proofs
        await eventually(lambda: len(proofs.asked(aside.id)) == 1)
        await proofs.show(aside.id, ask, house.signed.jwt)
        carried = await _kept(house.eve, aside, ask, house.max_)
        for mouth in (house.eve, house.max_):
            _says(mouth, talk, carried)
            shown = await house.verdict(talk, ask, mouth)
            assert (shown.credential, shown.problem) == (None, "shown_elsewhere")


async def test_in_a_later_epoch_or_altered_it_says_nothing(tmp_path: Path) -> None:
    async with _house(tmp_path) as house:
        talk = await house.talk(house.mia)
        ask = await house.asks(talk)
        said = await house.shows(talk, ask)
        first = await house.verdict(talk, ask, house.max_)
        assert first.problem == ""
        await talk.add([house.eve.account])
        since_ms = round(first.at.timestamp() * 1000)
        house.wire.clock.advance(1)
        _says(house.max_, talk, said)
        await _kept(house.mia, talk, ask, house.max_, since_ms=since_ms)
        shown = await house.verdict(talk, ask, house.max_)
        assert (shown.credential, shown.problem) == (None, "shown_elsewhere")

        ask = await house.asks(talk)
        head, _, tail = said.jwt.rpartition(".")
        altered = f"{head}.{'B' if tail[0] == 'A' else 'A'}{tail[1:]}"
        await house.max_.credentials.proofs.show(talk.id, ask, altered)
        shown = await house.verdict(talk, ask, house.max_)
        assert (shown.credential, shown.problem) == (None, "wrong_signature")


@pytest.mark.capability("K09")
async def test_what_was_taken_back_is_seen_within_a_minute(tmp_path: Path) -> None:
    async with _house(tmp_path) as house:
        talk = await house.talk(house.mia)
        ask = await house.asks(talk)
        await house.shows(talk, ask)
        assert (await house.verdict(talk, ask, house.max_)).problem == ""
        for what, problem in (("suspend", "suspended"), ("revoke", "revoked")):
            await house.reviewers.decide(what, house.signed)
            house.wire.clock.advance(31)
            shown = await house.verdict(talk, ask, house.max_)
            assert (shown.credential, shown.problem) == (None, problem)


async def test_of_another_issuer_it_counts_for_those_who_believe_them(
    tmp_path: Path,
) -> None:
    """And no longer than it says itself."""
    async with _house(tmp_path) as house:
        issuer = issuer_key(7)
        own = did_key(holder_of(house.max_._engine.device).shown)
        lists = tuple(sign_list(published(issuer, each), issuer) for each in Purpose)
        talk = await house.talk(house.mia)
        for until_s, problem in ((4_000_000_000, ""), (FROM_S + 1, "expired")):
            held = credential(issuer, subject=own, valid_until_s=until_s)
            ask = await house.asks(talk)
            proofs = house.max_.credentials.proofs
            await proofs.show(talk.id, ask, vc.sign(held, issuer))
            believed = Published(issuer.did, None, lists)
            shown = await house.verdict(talk, ask, house.max_, believed)
            assert shown.problem == problem
            shown = await house.verdict(talk, ask, house.max_)
            assert shown.credential is None
