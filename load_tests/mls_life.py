"""Random lives of groups, with every disagreement between members counted.

One group, a Delivery Service that orders handshakes, and devices that are slow,
forgetful or away. After every handshake a device's epoch authenticator is compared
with that of whoever began the epoch. A disagreement is written down, the device
comes back from outside, and life goes on, so that `divergences` is a count.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mentalverse_crypto import group, persist
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.leaf import Credential
from mentalverse_crypto.proposals import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    Remove,
)
from mentalverse_crypto.psk import ExternalPsk, PskStore

from .mls_device import Device, Disagreement, Fate, Mail, device

MAX_LEAVES = 24
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_STEP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a life came to."""

    operations: int
    epochs: int
    messages_read: int
    divergences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Handshake:
    author: Device
    message: bytes


class Life:
    """One group living through random operations."""

    def __init__(
        self,
        seed: int,
        suite: CipherSuite = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.rng = self.random.randbytes
        self.suite = suite
        self.now = _BEGIN
        self.divergences: list[str] = []
        self.messages_read = 0
        self.operations: list[Callable[[], None]] = [
            self._add,
            self._grow,
            self._remove,
            self._clear_a_branch,
            self._clear_a_branch,
            self._update,
            self._by_reference,
            self._by_reference,
            self._talk,
            self._talk,
            self._race,
            self._store,
            self._leave_for_a_while,
            self._come_from_outside,
            self._lose_state,
            self._change_terms,
        ]
        self._psks = PskStore({b"shared": self.rng(32)})
        self._made = 0
        self._handshakes: list[_Handshake] = []
        self._authenticators: dict[int, bytes] = {}
        self._sent: dict[tuple[int, str], int] = {}
        self._known: dict[Credential, Device] = {}
        first = self._newcomer()
        first.create(self.rng(16), self.now)
        self.members = [first]
        self._record(first)
        self._grow()

    def step(self) -> None:
        """One random operation, and then all who are there read what there is."""
        self.now += _STEP
        if not self.present:
            return
        self.random.choice(self.operations)()
        for member in self.members:
            if member.away > 0:
                member.away -= 1
            elif member.group_state is None:
                self._resync(member)
        self._deliver()

    def finish(self) -> Outcome:
        """Everybody comes back, and everybody can speak to everybody."""
        for member in self.members:
            member.away = 0
        self._deliver()
        for sender in self.present:
            self._commit(sender)
            self._send(sender, self.members)
        self._deliver()
        return Outcome(
            operations=(self.now - _BEGIN) // _STEP,
            epochs=len(self._authenticators),
            messages_read=self.messages_read,
            divergences=tuple(self.divergences),
        )

    # --- who is there ---

    @property
    def present(self) -> list[Device]:
        """The members that are not away; they have read every handshake."""
        return [m for m in self.members if not m.away and m.group_state]

    def _newcomer(self) -> Device:
        self._made += 1
        made = device(f"device {self._made}", self.suite, self.rng, self._psks)
        self._known[made.credential] = made
        return made

    def _adds(self, most: int) -> list[Proposal]:
        count = min(self.random.randint(1, most), MAX_LEAVES - len(self.members))
        return [Add(self._newcomer().publish(self.now)) for _ in range(count)]

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    # --- agreement ---

    def _diverged(self, who: Device, what: str) -> None:
        epoch = len(self._authenticators) - 1
        self.divergences.append(f"epoch {epoch}, {who.name}: {what}")

    def _record(self, who: Device) -> None:
        """An epoch begins: its authenticator is the one that all must reach."""
        self._authenticators[who.state.epoch] = group.epoch_authenticator(who.state)

    def _agrees(self, who: Device) -> bool:
        own = group.epoch_authenticator(who.state)
        if self._authenticators.get(who.state.epoch) == own:
            return True
        self._diverged(who, "another epoch authenticator")
        return False

    # --- handshakes ---

    def _publish(self, author: Device, message: bytes) -> None:
        self._handshakes.append(_Handshake(author, message))
        author.cursor = len(self._handshakes)

    def _commit(self, committer: Device, *proposals: Proposal) -> None:
        inline = self._chance(0.5)
        try:
            staged = committer.stage(
                proposals,
                self.now,
                path=self._chance(0.7),
                inline_tree=inline,
                include_pending=True,
            )
        except MlsError as error:
            self._diverged(committer, f"cannot commit: {error!r}")
            return self._resync(committer)
        committer.group_state = staged.state
        self._publish(committer, staged.commit)
        self._record(committer)
        self._remove_devices(member.credential for member in staged.removed)
        tree = None if inline else group.ratchet_tree(staged.state)
        position = len(self._handshakes)
        for added in staged.added:
            joiner = self._known[added.credential]
            self._welcome(joiner, staged.welcome or b"", tree, position)
        return self._deliver()

    def _welcome(
        self, joiner: Device, welcome: bytes, tree: bytes | None, position: int
    ) -> None:
        """Join by Welcome, unless it is lost on the way."""
        self.members.append(joiner)
        if self._chance(0.1):
            return self._resync(joiner)
        try:
            joiner.enter(joiner.join(welcome, tree, self.now), position)
        except MlsError as error:
            self._diverged(joiner, f"cannot join: {error!r}")
            return self._resync(joiner)
        return None if self._agrees(joiner) else self._resync(joiner)

    def _remove_devices(self, credentials: Iterable[Credential]) -> None:
        for credential in credentials:
            gone = self._known[credential]
            if gone in self.members:
                self.members.remove(gone)
                if not self._catch_up(gone):
                    self._diverged(gone, "did not see its removal")

    def _resync(self, lost: Device) -> None:
        """Come in from outside, in the place of the old leaf."""
        helpers = [m for m in self.present if m is not lost and m.group_state]
        if not helpers:
            return
        helper = self.random.choice(helpers)
        self._catch_up(helper)
        leaves = group.members(helper.state)
        old = [m.leaf_index for m in leaves if m.credential == lost.credential]
        info = group.group_info(helper.state)
        try:
            made = lost.come_in(info, old[0] if old else None, self.now)
        except MlsError as error:
            self._diverged(lost, f"cannot come in: {error!r}")
            lost.group_state = None
            return
        lost.enter(made.state, len(self._handshakes) + 1)
        if lost not in self.members:
            self.members.append(lost)
        self._publish(lost, made.commit)
        self._record(lost)

    def _catch_up(self, who: Device) -> bool:
        """Read the handshakes that wait, in order; whether we were removed."""
        while who.group_state and who.cursor < len(self._handshakes):
            self._read_out_of_turn(who)
            handshake = self._handshakes[who.cursor]
            try:
                processed = who.read(handshake.message, self.now)
            except MlsError as error:
                self._diverged(who, f"cannot follow: {error!r}")
                self._resync(who)
                continue
            who.cursor += 1
            who.group_state = processed.state
            if processed.self_removed:
                return True
            if not self._agrees(who):
                self._resync(who)
        return False

    def _read_out_of_turn(self, who: Device) -> None:
        """A handshake too early or once more: no state comes of it."""
        if self._chance(0.9):
            return
        position = self.random.randrange(len(self._handshakes))
        try:
            processed = who.read(self._handshakes[position].message, self.now)
        except MlsError:
            return
        if position < who.cursor:
            self._diverged(who, f"read a handshake twice: {processed.kind}")

    # --- operations ---

    def _add(self) -> None:
        self._commit(self.random.choice(self.present), *self._adds(3))

    def _grow(self) -> None:
        """One device after another, by whoever: leaves stay unmerged at some nodes."""
        for _ in range(self.random.randint(2, 6)):
            self._commit(self.random.choice(self.present), *self._adds(1))

    def _remove(self) -> None:
        committer = self.random.choice(self.present)
        others = [m for m in self.members if m is not committer]
        if not others:
            return self._add()
        most = len(others) if self._chance(0.35) else min(3, len(others))
        gone = self.random.sample(others, self.random.randint(1, most))
        leaves = {m.credential: m.leaf_index for m in group.members(committer.state)}
        proposals: list[Proposal] = [Remove(leaves[g.credential]) for g in gone]
        if self._chance(0.4):
            proposals += self._adds(2)
        return self._commit(committer, *proposals)

    def _clear_a_branch(self) -> None:
        """Remove everybody under one node, so that levels of the tree are skipped."""
        committer = self.random.choice(self.present)
        own, width = committer.state.own_leaf, committer.state.tree.leaf_count
        if width == 1:
            return self._add()
        size = 1 << self.random.randrange(width.bit_length() - 1)
        branches = [n for n in range(width // size) if n != own // size]
        branch = self.random.choice(branches[:2])
        leaves = [m.leaf_index for m in group.members(committer.state)]
        gone = [Remove(leaf) for leaf in leaves if leaf // size == branch]
        return self._commit(committer, *gone)

    def _update(self) -> None:
        """Fresh keys for some, so that the tree fills."""
        for _ in range(self.random.randint(1, 4)):
            self._commit(self.random.choice(self.present))

    def _by_reference(self) -> None:
        for _ in range(self.random.randint(1, 4)):
            proposer = self.random.choice(self.present)
            kind = self.random.random()
            proposal: Proposal | None = None
            if 0.6 <= kind < 0.8 and len(self.members) > 3:
                leaves = group.members(proposer.state)
                proposal = Remove(self.random.choice(leaves).leaf_index)
            elif kind >= 0.8:
                proposal = next(iter(self._adds(1)), None)
            self._publish(proposer, proposer.propose(proposal, self.now))
            self._deliver()
        self._commit(self.random.choice(self.present))

    def _race(self) -> None:
        """Two commit at once; the second is refused and follows the first."""
        second = self.random.choice(self.present)
        second.group_state = second.stage((), self.now).refused
        first = self.random.choice(self.present)
        self._commit(first, *(self._adds(2) if self._chance(0.5) else ()))

    def _store(self) -> None:
        who = self.random.choice(self.present)
        restored = persist.restore(persist.serialise(who.state))
        if restored != who.state:
            self._diverged(who, "another state after storing")
        who.group_state = restored

    def _leave_for_a_while(self) -> None:
        if len(self.present) > 1:
            self.random.choice(self.present).away = self.random.randint(1, 12)

    def _come_from_outside(self) -> None:
        if len(self.members) < MAX_LEAVES:
            self._resync(self._newcomer())

    def _lose_state(self) -> None:
        self._resync(self.random.choice(self.members))

    def _change_terms(self) -> None:
        """Another group extension, or a pre-shared key in the schedule."""
        committer = self.random.choice(self.present)
        if self._chance(0.5):
            psk = ExternalPsk(b"shared", self.rng(32))
            return self._commit(committer, PreSharedKey(psk), *self._adds(1))
        extension = Extension(ExtensionType.MV_GROUP, self.rng(4))
        return self._commit(committer, GroupContextExtensions((extension,)))

    # --- application messages ---

    def _talk(self) -> None:
        sender = self.random.choice(self.present)
        for _ in range(self.random.randint(1, 12)):
            receivers = [m for m in self.members if self._chance(0.8)]
            self._send(sender, receivers)

    def _send(self, sender: Device, receivers: Iterable[Device]) -> None:
        """One message; who is not among `receivers` has lost it."""
        if sender.state.proposals:
            self._commit(sender)
        epoch, text = sender.state.epoch, self.rng(8)
        key = epoch, sender.name
        number = self._sent.get(key, 0)
        self._sent[key] = number + 1
        mail = Mail(sender.name, epoch, number, text, sender.protect(text))
        for receiver in receivers:
            if receiver is not sender:
                receiver.mail.append(mail)

    def _deliver(self) -> None:
        """Everybody who is there reads handshakes, and most of the mail."""
        for member in self.present:
            if self._chance(0.3):
                self._read_mail(member)
            self._catch_up(member)
            self._read_mail(member)

    def _read_mail(self, who: Device) -> None:
        if who.group_state is None:
            return
        waiting, who.mail = who.mail, []
        self.random.shuffle(waiting)
        for mail in waiting:
            if self._chance(0.3) or not self._read(who, mail):
                who.mail.append(mail)

    def _read(self, who: Device, mail: Mail) -> bool:
        """Read one message; whether there is nothing more to do about it."""
        try:
            fate = who.open(mail, self.now)
        except Disagreement as error:
            self._diverged(who, str(error))
            return True
        self.messages_read += fate is Fate.READ
        return fate is not Fate.EARLY


def live(seed: int, operations: int, suite: CipherSuite | None = None) -> Outcome:
    """A whole life; what it came to depends on the arguments alone."""
    life = Life(seed, suite) if suite else Life(seed)
    for _ in range(operations):
        life.step()
    return life.finish()
