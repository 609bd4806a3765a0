"""A client that lives twice: in Python, and with the same keys in the browser's engine.

Both read the same messages, so both stand in the same epoch at the same leaf. The twin
only listens: of what its Python half commits or proposes it does not hold the keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from load_tests.js_member import NoWords, described
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto import group
from mentalverse_crypto.ciphersuite import CipherSuite, Rng
from mentalverse_crypto.framing import encode_message
from mentalverse_crypto.group import Processed
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.proposals import Add, PreSharedKey, Proposal
from support.broken.rule import (
    FOR_NEWCOMERS,
    PSKS,
    Beginning,
    Given,
    Invitation,
    Message,
    Offer,
    OpenDoor,
    Plan,
    Publication,
    Scene,
    Suggestion,
)
from support.mls_group import NOW, Client, client

NONCE_BYTES = 32
DECLARED = {
    "malformed",
    "refused",
    "misuse",
    "own_message",
    "wrong_epoch",
    "not_active",
}
"""The codes of `EngineError`."""


class Twin:
    """The half in the browser's engine."""

    def __init__(self, of: Client, peer: JsPeer) -> None:
        self._peer, self._suite = peer, of.suite
        self._client = f"{id(self)}/{of.name}"
        psks = [{"id": each, "secret": PSKS[each]} for each in PSKS]
        peer.call("now", seconds=int(NOW.timestamp()))
        peer.call(
            "client",
            client=self._client,
            identity=of.credential.identity,
            signaturePrivate=of.signature_key.private,
            signaturePublic=of.signature_key.public,
            psks=psks,
        )

    def call(self, verb: str, *, place: str = "group", **fields: Any) -> Any:
        """Send a request about the group, or about another place, and wait."""
        return self._peer.call(verb, client=self._client, group=place, **fields)

    def authenticator(self) -> bytes:
        """The epoch authenticator."""
        return octets(self.call("look")["authenticator"])

    def stored(self) -> bytes:
        """All that it would write down."""
        return octets(self.call("serialise"))

    def take(self, given: Given) -> None:
        """Take what is given, and keep nothing of it.

        Raises:
            JsError: it was refused.
            NoWords: the engine cannot be asked for it.
        """
        self.ask(given)
        self._peer.answer()

    def ask(self, given: Given) -> None:
        """As `take`, without waiting: the peer's `answer` says what came of it."""
        verb, fields = self._request(given)
        self._peer.ask(verb, client=self._client, **{"group": "tried", **fields})

    def _request(self, given: Given) -> tuple[str, dict[str, Any]]:
        own = {"group": "group"}
        match given:
            case Message(message):
                return "process", {**own, "message": message, "keep": False}
            case Invitation(welcome, tree):
                return "joinWelcome", {"welcome": welcome, "ratchetTree": tree}
            case OpenDoor(group_info):
                return "joinExternal", {"groupInfo": group_info, "resync": False}
            case Plan(proposals):
                return "stageCommit", {**own, "proposals": _worded(proposals)}
            case Offer(package):
                add = {"kind": "add", "keyPackage": package}
                return "stageCommit", {**own, "proposals": [add]}
            case Suggestion(proposal):
                return "propose", {**own, "proposal": described(proposal)}
            case Beginning(extensions):
                listed = [
                    {"type": int(e.extension_type), "data": e.extension_data}
                    for e in extensions
                ]
                begun = {"groupId": b"begun", "suite": int(self._suite)}
                return "create", {**begun, "extensions": listed}
            case Publication():
                raise NoWords("keyPackages takes no options")


def _worded(proposals: Sequence[Proposal]) -> list[dict[str, Any]]:
    psks = [each.psk for each in proposals if isinstance(each, PreSharedKey)]
    whole = all(len(psk.psk_nonce) == NONCE_BYTES for psk in psks)
    if not whole or len(set(psks)) < len(psks):
        raise NoWords("the engine draws nonces itself")
    return [described(each) for each in proposals]


@dataclass
class TwinnedClient(Client):
    """The half in Python, which tells the other half what it reads and publishes."""

    twin: Twin | None = None

    @property
    def browser(self) -> Twin:
        assert self.twin is not None
        return self.twin

    def key_package(self, **options: Any) -> KeyPackage:
        package = super().key_package(**options)
        secrets = self.packages[-1]
        self.browser.call(
            "ownKeyPackage",
            suite=int(self.suite),
            message=encode_message(package),
            initPrivate=secrets.init_private,
            encryptionPrivate=secrets.encryption_private,
        )
        return package

    def join(self, welcome: bytes, **options: Any) -> None:
        super().join(welcome, **options)
        tree = options.get("ratchet_tree")
        self.browser.call("joinWelcome", welcome=welcome, ratchetTree=tree)

    def process(self, message: bytes, **options: Any) -> Processed:
        processed = super().process(message, **options)
        self.browser.call("process", message=message)
        return processed


def twinned(name: str, rng: Rng, suite: CipherSuite, peer: JsPeer) -> TwinnedClient:
    """A client with fresh keys, and its twin."""
    half = client(name, rng, suite)
    made = TwinnedClient(
        half.name, rng, suite, half.credential, half.signature_key, half.packages
    )
    made.twin = Twin(made, peer)
    return made


def twin_of(who: Client) -> Twin:
    """The half in the browser's engine of somebody who lives twice."""
    assert isinstance(who, TwinnedClient)
    return who.browser


def take_in_browser(judged: Scene, given: Given, *, wait: bool = True) -> None:
    """`support.broken.rule.take`, by the other half of who is judged."""
    twin = twin_of(
        judged.newcomer if isinstance(given, FOR_NEWCOMERS) else judged.judge
    )
    if wait:
        twin.take(given)
    else:
        twin.ask(given)


def go_on(judged: Scene) -> None:
    """Somebody honest lets the newcomer in, and all follow in both languages."""
    add = Add(judged.newcomer.key_package())
    staged = judged.members[2].stage(add, include_pending=False)
    assert staged.welcome is not None
    judged.judge.process(staged.commit)
    judged.newcomer.join(staged.welcome)
    authenticator = group.epoch_authenticator(staged.state)
    for who in (judged.judge, judged.newcomer):
        assert group.epoch_authenticator(who.state) == authenticator
        assert twin_of(who).authenticator() == authenticator
