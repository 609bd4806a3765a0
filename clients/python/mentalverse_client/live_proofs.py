"""A licence shown inside the conversation it is for: `client.credentials.proofs`.

    ask = await mia.credentials.proofs.ask(talk.id)
    # … at the other's device:
    (asked,) = max.credentials.proofs.asked(talk.id)
    await max.credentials.proofs.show(talk.id, asked.ask, jwt)
    # … and back:
    (shown,) = await mia.credentials.proofs.shown(talk.id, ask)
    assert shown.credential is not None, shown.problem

Question and answer are messages like any other: the server sees neither. What is shown
is signed by the holder's key over what only a member of the group can export in this
epoch, and over the member who shows it. So it names nobody in another conversation, a
later epoch, or out of another mouth. Who loses a race with a change of the group is
asked once more.

Who issued it has to be this server, unless the caller says whom to believe instead.
Status lists are fetched from this server alone; those of others the caller brings.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mentalverse_crypto.shown_credential import CredentialAsk, CredentialShown
from mentalverse_modules.credentials import proof, vc
from mentalverse_modules.credentials.errors import CredentialError, ShownElsewhere
from mentalverse_signaling.ids import ConversationId, id_bytes

from . import credential_check
from .account.credential_holder import holder_of
from .engine import Engine
from .errors import NotConnected, UnknownConversation, UnknownMessage
from .groups.room import Room
from .line.published_api import PublishedApi
from .store import shown_credentials as store

ASK_FALLBACK = "I should like to see a credential of yours."
MOST_LISTS = 4
SHOWN_FALLBACK = "Here is a credential of mine."


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody wants to see a credential."""

    ask: str
    """What an answer names."""
    account: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody showed, and whether it holds."""

    account: str
    device: str
    at: datetime
    credential: vc.Credential | None
    """None: it does not hold."""
    problem: str
    """Why not: a code of `mentalverse_modules.credentials.errors`, such as `revoked`
    or `shown_elsewhere`; empty if it holds."""


@dataclass(frozen=True, slots=True)
class Published:
    """What issuers of other servers publish, as the caller fetched it."""

    issuer: str
    document: bytes | None = field(default=None, repr=False)
    lists: tuple[str, ...] = field(default=(), repr=False)


class LiveProofs:
    """What `client.credentials.proofs` offers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._device = engine.device
        self._vault = engine.device.profile.vault

    async def ask(self, conversation: str) -> str:
        """Ask everybody in a conversation; what answers to it name.

        Raises:
            UnknownConversation.
            NotAMember, NotReadable: nothing can be sent there any more.
        """
        room, nonce = self._room(conversation), self._device.rng(proof.NONCE_BYTES)
        with self._vault.transaction() as write:
            store.note_own(self._vault, write, room.id, nonce)
        room.write(CredentialAsk(nonce), ASK_FALLBACK)
        self._engine.courier(room).wake()
        return nonce.hex()

    def asked(self, conversation: str) -> tuple[Asked, ...]:
        """Who wants to see a credential there and was not answered by this device."""
        known = store.of_conversation(self._vault, conversation)
        return tuple(
            Asked(one.nonce.hex(), one.account, _moment(one.at_ms))
            for one in known.asked
        )

    async def show(self, conversation: str, ask: str, jwt: str) -> None:
        """Answer with a credential that was issued to this device.

        Raises:
            UnknownMessage: nobody there has asked that, or it was answered.
            UnknownConversation, NotAMember, NotReadable: as `ask`.
        """
        room = self._room(conversation)
        if ask not in {one.ask for one in self.asked(conversation)}:
            raise UnknownMessage("nobody has asked that here")
        nonce = bytes.fromhex(ask)
        place = _place(*self._device.leaf, store.exported(room.state, nonce))
        made = proof.prove(jwt, nonce, place, holder_of(self._device).signs)
        room.write(CredentialShown(nonce, jwt, made.signature), SHOWN_FALLBACK)
        with self._vault.transaction() as write:
            store.note_answered(self._vault, write, room.id, nonce)
        self._engine.courier(room).wake()

    async def shown(
        self, conversation: str, ask: str, believed: Published | None = None
    ) -> tuple[Shown, ...]:
        """What was shown since this device asked, each verified as of now.

        `believed`: whose credentials count, if not this server's.

        Raises:
            NotConnected: what this server publishes cannot be had.
        """
        known = store.of_conversation(self._vault, conversation).shown
        answers = [one for one in known if one.nonce.hex() == ask]
        if not answers:
            return ()
        url = self._device.profile.identity.server_url
        async with PublishedApi(url) as api:
            if believed is None:
                document = await api.document()
                issuer = credential_check.issuer_of(document)
                believed = Published(issuer, document)
            return tuple([await self._verified(one, believed, api) for one in answers])

    async def _verified(
        self, one: store.Shown, believed: Published, api: PublishedApi
    ) -> Shown:
        credential, problem = None, ""
        try:
            lists = await _lists(one.jwt, believed, api)
            credential = self._judged(one, believed, lists)
        except CredentialError as error:
            problem = error.code
        at = _moment(one.at_ms)
        return Shown(one.account, one.device, at, credential, problem)

    def _judged(
        self, one: store.Shown, believed: Published, lists: Iterable[str]
    ) -> vc.Credential:
        if not one.exported:
            raise ShownElsewhere("it was sent in an epoch that was over")
        return credential_check.verify_shown(
            proof.LiveProof(one.jwt, one.nonce, one.sig),
            _place(one.account, one.device, one.exported),
            self._device.now_ms() // 1000,
            issuer=believed.issuer,
            document=believed.document,
            lists=lists,
        )

    def _room(self, conversation: str) -> Room:
        room = self._engine.rooms.get(ConversationId(conversation))
        if room is None:
            raise UnknownConversation("there is no such conversation")
        return room


async def _lists(jwt: str, believed: Published, api: PublishedApi) -> list[str]:
    """Those that a credential names and this server publishes, and what was brought."""
    lists = list(believed.lists)
    for url in credential_check.lists_of(jwt, believed.document)[:MOST_LISTS]:
        with suppress(NotConnected):  # then nobody can say whether it holds
            found = await api.status_list(url)
            lists += [] if found is None else [found]
    return lists


def _place(account: str, device: str, exported: bytes) -> proof.Place:
    return proof.Place(id_bytes(account) + id_bytes(device), exported)


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
