"""One device in the random life of a group: what it holds, and what it is sent."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from mentalverse_crypto import group, key_package
from mentalverse_crypto.ciphersuite import (
    CipherSuite,
    Rng,
    SignatureKeyPair,
    generate_signature_key_pair,
)
from mentalverse_crypto.errors import (
    EpochTooNew,
    EpochTooOld,
    GenerationSpent,
    MlsError,
)
from mentalverse_crypto.external import ExternalCommit, join_external
from mentalverse_crypto.group import Processed, StagedCommit
from mentalverse_crypto.key_package import KeyPackage, KeyPackageSecrets
from mentalverse_crypto.leaf import Credential, basic_credential, lifetime_from
from mentalverse_crypto.policy import unsafe_accept_any_credential
from mentalverse_crypto.proposals import Proposal
from mentalverse_crypto.psk import PskStore
from mentalverse_crypto.state import GroupState


class Disagreement(Exception):
    """A device does not do what the others, or the RFC, expect of it."""


class Fate(Enum):
    """What became of a message that somebody tried to read."""

    READ = "read"
    EARLY = "of an epoch to come"
    TOO_LATE = "of an epoch or a key that is rightly gone"


@dataclass(frozen=True)
class Mail:
    """An application message on its way to one device."""

    sender: str
    epoch: int
    number: int
    """The sender's count of messages in this epoch, from 0."""
    text: bytes
    message: bytes


@dataclass(eq=False)
class Device:
    """A device, and how far it has read what the Delivery Service ordered."""

    name: str
    suite: CipherSuite
    rng: Rng
    psks: PskStore
    credential: Credential
    signature_key: SignatureKeyPair
    packages: list[KeyPackageSecrets] = field(default_factory=list)
    group_state: GroupState | None = None
    first_epoch: int = 0
    """The epoch in which it came in last."""
    cursor: int = 0
    """Handshakes read."""
    away: int = 0
    """Operations until it is back."""
    mail: list[Mail] = field(default_factory=list)
    furthest: dict[tuple[int, str], int] = field(default_factory=dict)
    """The latest message read, by epoch and sender."""

    @property
    def state(self) -> GroupState:
        """The state of a device that is inside."""
        if self.group_state is None:
            raise ValueError(f"{self.name} is not in the group")
        return self.group_state

    def enter(self, state: GroupState, cursor: int) -> None:
        """Begin with a first state; what was sent before is not for us."""
        self.group_state = state
        self.first_epoch = state.epoch
        self.cursor = cursor
        self.away = 0
        self.mail = []

    def publish(self, now: datetime) -> KeyPackage:
        """A KeyPackage whose secrets stay here."""
        package, secrets = key_package.generate(
            self.suite,
            self.signature_key,
            self.credential,
            lifetime_from(now),
            self.rng,
        )
        self.packages.append(secrets)
        return package

    def create(self, group_id: bytes, now: datetime) -> None:
        """Begin a group alone."""
        state = group.create(
            group_id,
            self.suite,
            self.signature_key,
            self.credential,
            lifetime_from(now),
            self.rng,
        )
        self.enter(state, 0)

    def stage(
        self, proposals: Collection[Proposal], now: datetime, **options: Any
    ) -> StagedCommit:
        """A commit, not accepted so far."""
        return group.stage_commit(
            self.state,
            tuple(proposals),
            validate_credential=unsafe_accept_any_credential,
            now=now,
            rng=self.rng,
            psks=self.psks,
            **options,
        )

    def propose(self, proposal: Proposal | None, now: datetime) -> bytes:
        """A proposal to all; without one, fresh keys for this device."""
        if proposal is None:
            self.group_state, message = group.propose_update(self.state, rng=self.rng)
        else:
            self.group_state, message = group.propose(
                self.state,
                proposal,
                validate_credential=unsafe_accept_any_credential,
                now=now,
                rng=self.rng,
            )
        return message

    def protect(self, text: bytes) -> bytes:
        """An application message to all."""
        self.group_state, message = group.protect(self.state, text, b"", self.rng)
        return message

    def read(self, message: bytes, now: datetime) -> Processed:
        """What a message says, without keeping the state."""
        return group.process(
            self.state, message, unsafe_accept_any_credential, now, psks=self.psks
        )

    def open(self, mail: Mail, now: datetime) -> Fate:
        """Read an application message, once and not again.

        Raises:
            Disagreement: it should have been read and was not, or the reverse.
        """
        key, policy = (mail.epoch, mail.sender), self.state.policy
        try:
            processed = self.read(mail.message, now)
        except EpochTooNew:
            return Fate.EARLY
        except EpochTooOld:
            oldest = max(self.first_epoch, self.state.epoch - policy.past_epochs)
            if mail.epoch >= oldest:
                raise Disagreement("lost an epoch it should have kept") from None
            return Fate.TOO_LATE
        except GenerationSpent:
            behind = self.furthest.get(key, -1) - mail.number
            if behind <= policy.ratchet_limits.out_of_order_window:
                raise Disagreement("lost a key it should have kept") from None
            return Fate.TOO_LATE
        except MlsError as error:
            raise Disagreement(f"cannot read: {error!r}") from error
        self.group_state = processed.state
        self.furthest[key] = max(mail.number, self.furthest.get(key, -1))
        if processed.plaintext != mail.text:
            raise Disagreement("another text")
        self._refuse_again(mail, now)
        return Fate.READ

    def _refuse_again(self, mail: Mail, now: datetime) -> None:
        try:
            self.read(mail.message, now)
        except GenerationSpent:
            return
        raise Disagreement("read a message twice")

    def join(self, welcome: bytes, tree: bytes | None, now: datetime) -> GroupState:
        """The state that a Welcome gives."""
        return group.join_welcome(
            welcome,
            self.packages,
            unsafe_accept_any_credential,
            now,
            tree,
            self.psks,
        ).state

    def come_in(
        self, group_info: bytes, replaces: int | None, now: datetime
    ) -> ExternalCommit:
        """An external commit, in place of our old leaf if there is one."""
        return join_external(
            group_info,
            self.signature_key,
            self.credential,
            unsafe_accept_any_credential,
            now,
            self.rng,
            replaces=replaces,
        )


def device(name: str, suite: CipherSuite, rng: Rng, psks: PskStore) -> Device:
    """A device with fresh keys."""
    return Device(
        name,
        suite,
        rng,
        psks,
        basic_credential(name.encode()),
        generate_signature_key_pair(rng),
    )
