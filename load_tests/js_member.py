"""A member of a mixed group that runs in a Node process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.extensions import Extensions
from mentalverse_crypto.framing import decode_message, encode_message
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.proposals import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
)
from mentalverse_crypto.psk import ExternalPsk, PreSharedKeyID

from .js_peer import JsPeer, octets
from .mixed_members import NOW, PSKS, Entered, Seen, Staged


class JsMember:
    """`Member` on the browser's engine."""

    def __init__(self, name: str, suite: CipherSuite, peer: JsPeer) -> None:
        self.name = name
        self._suite = suite
        self._peer = peer
        self._groups = 0
        self._client = f"{id(self)}/{name}"
        psks = [{"id": each, "secret": PSKS[each]} for each in PSKS]
        peer.call("now", seconds=int(NOW.timestamp()))
        peer.call("client", client=self._client, identity=name.encode(), psks=psks)

    def reject(self, name: str) -> None:
        """Let its authentication service refuse an identity from here on."""
        self._call("reject", identity=name.encode())

    def _call(self, verb: str, **fields: Any) -> Any:
        return self._peer.call(
            verb, client=self._client, group=str(self._groups), **fields
        )

    def key_package(self, suite: CipherSuite | None = None) -> KeyPackage:
        self._suite = suite or self._suite
        made = self._call("keyPackages", suite=int(self._suite), count=1)
        package = decode_message(octets(made[0]))
        if not isinstance(package, KeyPackage):
            raise TypeError("not a KeyPackage")
        return package

    def create(self, group_id: bytes, extensions: Extensions = ()) -> None:
        self._call(
            "create",
            groupId=group_id,
            suite=int(self._suite),
            extensions=_extensions(extensions),
        )

    def join(self, welcome: bytes, tree: bytes | None = None) -> None:
        self._call("joinWelcome", welcome=welcome, ratchetTree=tree)

    def continue_in(self, welcome: bytes, tree: bytes | None = None) -> None:
        before = self._next_group()
        self._call("joinWelcome", welcome=welcome, ratchetTree=tree, predecessor=before)

    def _next_group(self) -> str:
        """The name of the group so far; the verbs mean another from here on."""
        before = str(self._groups)
        self._groups += 1
        return before

    def begin_reinitialised(
        self, reinit: ReInit, key_packages: Sequence[KeyPackage]
    ) -> Staged:
        self._suite = reinit.cipher_suite
        return self._begin("reinit", reinit.group_id, reinit.extensions, key_packages)

    def begin_branch(
        self, group_id: bytes, key_packages: Sequence[KeyPackage]
    ) -> Staged:
        return self._begin("branch", group_id, (), key_packages)

    def _begin(
        self,
        usage: str,
        group_id: bytes,
        extensions: Extensions,
        key_packages: Sequence[KeyPackage],
    ) -> Staged:
        epoch, old_id = self.epoch(), self._call("groupId")
        before = self._next_group()
        self.create(group_id, extensions)
        psk = {"kind": "resumption", "usage": usage, "groupId": old_id, "epoch": epoch}
        staged = self._stage(
            [*map(described, map(Add, key_packages)), {"kind": "psk", "psk": psk}],
            predecessor=before,
        )
        self.settle(accepted=True)
        return staged

    def come_in(
        self,
        group_info: bytes,
        *,
        resync: bool = False,
        tree: bytes | None = None,
        psks: Sequence[PreSharedKeyID] = (),
    ) -> Entered:
        made = self._call(
            "joinExternal",
            groupInfo=group_info,
            resync=resync,
            ratchetTree=tree,
            psks=list(map(_psk, psks)),
        )
        return Entered(octets(made["commit"]), octets(made["groupInfo"]))

    def stage(
        self,
        proposals: Sequence[Proposal] = (),
        *,
        path: bool = True,
        inline_tree: bool = True,
        authenticated_data: bytes = b"",
    ) -> Staged:
        return self._stage(
            list(map(described, proposals)),
            inlineTree=inline_tree,
            authenticatedData=authenticated_data,
        )

    def _stage(self, proposals: list[dict[str, Any]], **options: Any) -> Staged:
        made = self._call("stageCommit", proposals=proposals, **options)
        welcome = made["welcome"]
        return Staged(
            octets(made["commit"]),
            None if welcome is None else octets(welcome),
            octets(made["groupInfo"]),
            octets(made["ratchetTree"]),
        )

    def settle(self, *, accepted: bool) -> None:
        self._call("accept" if accepted else "discard")

    def propose(self, proposal: Proposal | None) -> bytes:
        given = None if proposal is None else described(proposal)
        return octets(self._call("propose", proposal=given)["message"])

    def begin_read(self, message: bytes) -> None:
        self._peer.ask(
            "process", client=self._client, group=str(self._groups), message=message
        )

    def end_read(self) -> Seen:
        seen = self._peer.answer()
        data = octets(seen["authenticatedData"])
        if seen["kind"] != "application":
            return Seen(
                seen["kind"], sender=seen.get("sender"), authenticated_data=data
            )
        return Seen(
            seen["kind"],
            octets(seen["plaintext"]),
            seen["sender"],
            data,
            octets(seen["signature"]),
            octets(seen["groupContext"]),
            octets(seen["leafNode"]),
        )

    def protect(self, text: bytes, authenticated_data: bytes = b"") -> bytes:
        return octets(
            self._call("protect", plaintext=text, authenticatedData=authenticated_data)
        )

    def store_and_restore(self) -> None:
        stored = octets(self._call("serialise"))
        self._call("forget")
        self._call("restore", stored=stored)

    def group_info(self) -> bytes:
        return octets(self._call("groupInfo"))

    def sender_base(self, leaf: int) -> bytes:
        return octets(self._call("senderBase", leaf=leaf))

    def attendance_mark(self, session: bytes, call: bytes) -> bytes:
        return octets(self._call("attendanceMark", session=session, call=call))

    def export(self, label: str, context: bytes, length: int) -> bytes:
        return octets(self._call("export", label=label, context=context, length=length))

    def epoch(self) -> int:
        return int(self._call("look")["epoch"])

    def authenticator(self) -> bytes:
        return octets(self._call("look")["authenticator"])

    def leaves(self) -> dict[str, int]:
        found = self._call("members")
        return {octets(each["identity"]).decode(): each["leafIndex"] for each in found}


def _extensions(extensions: Extensions) -> list[dict[str, Any]]:
    return [
        {"type": int(e.extension_type), "data": e.extension_data} for e in extensions
    ]


def _psk(psk: PreSharedKeyID) -> dict[str, Any]:
    if isinstance(psk, ExternalPsk):
        return {"kind": "external", "id": psk.psk_id}
    return {
        "kind": "resumption",
        "usage": psk.usage.name.lower(),
        "groupId": psk.psk_group_id,
        "epoch": psk.psk_epoch,
    }


class NoWords(Exception):
    """The engine's interface cannot be asked for this, on purpose."""


def described(proposal: Proposal) -> dict[str, Any]:
    """A proposal for the engine, which draws the nonce of a PSK itself.

    Raises:
        NoWords: it has none for a proposal that only ever stands in a commit.
    """
    match proposal:
        case Add(package):
            return {"kind": "add", "keyPackage": encode_message(package)}
        case Remove(removed):
            return {"kind": "remove", "leafIndex": removed}
        case PreSharedKey(psk):
            return {"kind": "psk", "psk": _psk(psk)}
        case GroupContextExtensions(extensions):
            return {"kind": "extensions", "extensions": _extensions(extensions)}
        case ReInit(group_id, suite, extensions):
            return {
                "kind": "reinit",
                "groupId": group_id,
                "suite": int(suite),
                "extensions": _extensions(extensions),
            }
        case _:
            raise NoWords("proposal is of another kind")
