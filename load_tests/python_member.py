"""A member of a mixed group that runs in this process."""

from __future__ import annotations

import os
from collections.abc import Sequence

from mentalverse_crypto import attendance, frame_keys, group, persist, successor
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.exporter import ExporterLabel
from mentalverse_crypto.extensions import Extensions
from mentalverse_crypto.external import join_external
from mentalverse_crypto.group import Processed, StagedCommit
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.leaf import lifetime_from
from mentalverse_crypto.policy import unsafe_accept_any_credential
from mentalverse_crypto.proposals import Proposal, ReInit
from mentalverse_crypto.psk import PreSharedKeyID, PskStore
from mentalverse_crypto.state import GroupState

from .mixed_members import NOW, PSKS, Entered, Seen, Staged
from .mls_device import device


class PythonMember:
    """`Member` on `mentalverse_crypto`."""

    def __init__(self, name: str, suite: CipherSuite) -> None:
        self._device = device(name, suite, os.urandom, PskStore(PSKS))
        self._staged: StagedCommit | None = None
        self._message = b""

    @property
    def name(self) -> str:
        return self._device.name

    @property
    def state(self) -> GroupState:
        """The state behind the verbs."""
        return self._device.state

    def take_signature_key_of(self, other: PythonMember) -> None:
        """Break a rule: no two members sign with one key."""
        self._device.signature_key = other._device.signature_key

    def key_package(self, suite: CipherSuite | None = None) -> KeyPackage:
        self._device.suite = suite or self._device.suite
        return self._device.publish(NOW)

    def create(self, group_id: bytes, extensions: Extensions = ()) -> None:
        of = self._device
        credential, lifetime = of.credential, lifetime_from(NOW)
        of.group_state = group.create(
            group_id,
            of.suite,
            of.signature_key,
            credential,
            lifetime,
            of.rng,
            extensions=extensions,
        )

    def join(self, welcome: bytes, tree: bytes | None = None) -> None:
        of = self._device
        accept = unsafe_accept_any_credential
        of.group_state = group.join_welcome(
            welcome, of.packages, accept, NOW, tree, self._psks()
        ).state

    def _psks(self) -> PskStore:
        """External PSKs, and those of the group it is or was in."""
        held = self._device.psks
        known = self._device.group_state
        return held if known is None else known.psk_store(held)

    def continue_in(self, welcome: bytes, tree: bytes | None = None) -> None:
        old = self.state
        enter = (
            successor.join_branch
            if old.reinit is None
            else successor.join_reinitialised
        )
        packages, accept = self._device.packages, unsafe_accept_any_credential
        self._device.group_state = enter(
            old, welcome, packages, accept, NOW, tree
        ).state

    def begin_reinitialised(
        self, reinit: ReInit, key_packages: Sequence[KeyPackage]
    ) -> Staged:
        return self._begun(
            successor.begin_reinitialised(
                self.state, self._founder(), key_packages, now=NOW, rng=os.urandom
            )
        )

    def begin_branch(
        self, group_id: bytes, key_packages: Sequence[KeyPackage]
    ) -> Staged:
        return self._begun(
            successor.begin_branch(
                self.state,
                self._founder(),
                group_id,
                key_packages,
                now=NOW,
                rng=os.urandom,
            )
        )

    def _founder(self) -> successor.Founder:
        return successor.Founder(
            self._device.signature_key,
            self._device.credential,
            lifetime_from(NOW),
            unsafe_accept_any_credential,
        )

    def _begun(self, staged: StagedCommit) -> Staged:
        self._device.group_state = staged.state
        return _staged(staged)

    def come_in(
        self,
        group_info: bytes,
        *,
        resync: bool = False,
        tree: bytes | None = None,
        psks: Sequence[PreSharedKeyID] = (),
    ) -> Entered:
        of = self._device
        entered = join_external(
            group_info,
            of.signature_key,
            of.credential,
            unsafe_accept_any_credential,
            NOW,
            of.rng,
            replaces=self.leaves()[self.name] if resync else None,
            ratchet_tree=tree,
            psk_ids=psks,
            psks=self._psks(),
        )
        of.group_state = entered.state
        return Entered(entered.commit, entered.group_info)

    def stage(
        self,
        proposals: Sequence[Proposal] = (),
        *,
        path: bool = True,
        inline_tree: bool = True,
        authenticated_data: bytes = b"",
    ) -> Staged:
        self._staged = self._device.stage(
            proposals,
            NOW,
            path=path,
            inline_tree=inline_tree,
            authenticated_data=authenticated_data,
        )
        return _staged(self._staged)

    def settle(self, *, accepted: bool) -> None:
        staged = self._staged
        if staged is None:
            raise RuntimeError("no commit is staged")
        self._device.group_state = staged.state if accepted else staged.refused

    def propose(self, proposal: Proposal | None) -> bytes:
        return self._device.propose(proposal, NOW)

    def begin_read(self, message: bytes) -> None:
        self._message = message

    def end_read(self) -> Seen:
        processed = self._device.read(self._message, NOW)
        self._device.group_state = processed.state
        return _seen(processed)

    def protect(self, text: bytes, authenticated_data: bytes = b"") -> bytes:
        self._device.group_state, message = group.protect(
            self.state, text, authenticated_data, os.urandom
        )
        return message

    def store_and_restore(self) -> None:
        self._device.group_state = persist.restore(persist.serialise(self.state))

    def group_info(self) -> bytes:
        return group.group_info(self.state)

    def sender_base(self, leaf: int) -> bytes:
        return frame_keys.sender_base(self.state, leaf)

    def attendance_mark(self, session: bytes, call: bytes) -> bytes:
        return attendance.mark(self.state, session, call)

    def export(self, label: str, context: bytes, length: int) -> bytes:
        return group.export(self.state, ExporterLabel(label.encode()), context, length)

    def epoch(self) -> int:
        return self.state.epoch

    def authenticator(self) -> bytes:
        return group.epoch_authenticator(self.state)

    def leaves(self) -> dict[str, int]:
        found = group.members(self.state)
        return {m.credential.identity.decode(): m.leaf_index for m in found}


def _staged(staged: StagedCommit) -> Staged:
    return Staged(
        staged.commit,
        staged.welcome,
        staged.group_info or b"",
        group.ratchet_tree(staged.state),
    )


def _seen(processed: Processed) -> Seen:
    kind = processed.kind.value
    evidence = processed.evidence()
    if evidence is None:
        return Seen(
            kind,
            sender=processed.sender_leaf,
            authenticated_data=processed.authenticated_data,
        )
    return Seen(
        kind,
        processed.plaintext,
        processed.sender_leaf,
        processed.authenticated_data,
        processed.signature,
        evidence.group_context,
        evidence.leaf_node,
    )
