"""Damaged input gives a declared error and changes nothing."""

import contextlib
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from mentalverse_crypto import group, persist, protection
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.codec import (
    MAX_STRUCTURE_BYTES,
    Reader,
    decode,
    varint,
)
from mentalverse_crypto.errors import DecodeError, InvalidMessage, MlsError
from mentalverse_crypto.external import ExternalCommit, join_external
from mentalverse_crypto.framing import WireFormat, decode_message, encode_message
from mentalverse_crypto.group import StagedCommit
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.policy import UNRESTRICTED, unsafe_accept_any_credential
from mentalverse_crypto.proposals import Add, Proposal, Remove
from support.deterministic import seeded_rng
from support.mls_group import NOW, Client, client, commit, group_of

RNG = seeded_rng(41)
FLIPS = 100_000
"""Messages with flipped bits, over all kinds and suites."""


def _flipped(message: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(message)
    for bit in chance.sample(range(8 * len(damaged)), chance.choice((1, 1, 1, 2, 8))):
        damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


@dataclass(frozen=True)
class Delivery:
    """A message, and the client that is to read it."""

    message: bytes
    receiver: Client
    read: Callable[[bytes], object]

    def stored(self) -> object:
        """All that the receiver would write down."""
        state = self.receiver.group_state
        packages = [secrets.serialise() for secrets in self.receiver.packages]
        return packages, None if state is None else persist.serialise(state)


class World:
    """Four members, and somebody outside who has published a KeyPackage."""

    def __init__(self, suite: CipherSuite) -> None:
        rng = seeded_rng(suite)
        self.members = group_of(4, rng, suite, policy=UNRESTRICTED)
        self.sender, self.receiver, *_ = self.members
        commit(self.sender, self.members[1:])
        self.outsider = client("outsider", rng, suite)
        self.package = self.outsider.key_package()

    def staged(self, wire_format: WireFormat) -> StagedCommit:
        proposals: list[Proposal] = [Remove(3), Add(self.package)]
        return self.sender.stage(*proposals, wire_format=wire_format)

    def to_member(self, message: bytes) -> Delivery:
        return Delivery(message, self.receiver, self.receiver.process)

    def application(self) -> Delivery:
        return self.to_member(self.sender.protect(b"text", b"data"))

    def proposal(self) -> Delivery:
        return self.to_member(self.sender.propose(Add(self.package)))

    def commit(self) -> Delivery:
        return self.to_member(self.staged(WireFormat.PRIVATE_MESSAGE).commit)

    def public_commit(self) -> Delivery:
        return self.to_member(self.staged(WireFormat.PUBLIC_MESSAGE).commit)

    def external_commit(self) -> Delivery:
        info = group.group_info(self.sender.state)
        return self.to_member(self._come_in(info).commit)

    def group_info(self) -> Delivery:
        info = group.group_info(self.sender.state)
        return Delivery(info, self.outsider, self._come_in)

    def welcome(self) -> Delivery:
        welcome = self.staged(WireFormat.PRIVATE_MESSAGE).welcome
        assert welcome is not None
        return Delivery(welcome, self.outsider, self.outsider.join)

    def key_package(self) -> Delivery:
        return Delivery(encode_message(self.package), self.receiver, self._admit)

    def _come_in(self, info: bytes) -> ExternalCommit:
        outsider = self.outsider
        return join_external(
            info,
            outsider.signature_key,
            outsider.credential,
            unsafe_accept_any_credential,
            NOW,
            outsider.rng,
            policy=UNRESTRICTED,
        )

    def _admit(self, message: bytes) -> None:
        package = decode_message(message)
        if not isinstance(package, KeyPackage):
            raise DecodeError("not a KeyPackage")
        self.receiver.stage(Add(package))


KINDS: dict[str, Callable[[World], Delivery]] = {
    "application message": World.application,
    "proposal": World.proposal,
    "commit": World.commit,
    "public commit": World.public_commit,
    "external commit": World.external_commit,
    "Welcome": World.welcome,
    "GroupInfo": World.group_info,
    "KeyPackage": World.key_package,
}


@pytest.mark.parametrize("suite", CipherSuite, ids=hex)
@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bits_give_declared_errors_and_change_nothing(
    kind: str, suite: CipherSuite
) -> None:
    delivery = KINDS[kind](World(suite))
    before = delivery.stored()
    chance = random.Random(f"{kind} {suite}")
    for _ in range(math.ceil(FLIPS / len(KINDS) / len(CipherSuite))):
        with pytest.raises(MlsError):
            delivery.read(_flipped(delivery.message, chance))
    assert delivery.stored() == before
    delivery.read(delivery.message)


def test_random_octets_decode_or_raise_a_declared_error() -> None:
    chance = random.Random(3)
    for _ in range(5_000):
        data = chance.randbytes(chance.randrange(200))
        head = bytes((0, 1, 0, chance.randrange(1, 6)))
        for message in (data, head + data):
            with contextlib.suppress(MlsError):
                decode_message(message)


def _cut_everywhere(message: bytes, read: Callable[[bytes], object]) -> None:
    for length in range(len(message)):
        with pytest.raises(MlsError):
            read(message[:length])


def test_a_message_cut_short_anywhere_is_refused() -> None:
    a, b = group_of(2, RNG)
    _cut_everywhere(a.protect(b"text"), b.read)
    _cut_everywhere(a.stage().group_info or b"", decode_message)


def test_octets_after_a_message_are_refused() -> None:
    a, b = group_of(2, RNG)
    with pytest.raises(DecodeError):
        b.process(a.protect(b"text") + b"\x00")


@pytest.mark.parametrize("form", ["4000", "403f", "80000000", "80003fff", "c0", "ff"])
def test_lengths_longer_than_needed_or_reserved_are_refused(form: str) -> None:
    with pytest.raises(DecodeError):
        decode(Reader.varint, bytes.fromhex(form))


def test_a_length_beyond_the_input_copies_nothing() -> None:
    with pytest.raises(DecodeError):
        decode(Reader.opaque, varint((1 << 30) - 1) + b"short")
    with pytest.raises(DecodeError):
        decode(lambda r: r.vector(Reader.u8), varint((1 << 30) - 1) + b"short")


def test_an_input_above_the_limit_is_refused_unread() -> None:
    with pytest.raises(DecodeError):
        decode(Reader.opaque, bytes(MAX_STRUCTURE_BYTES + 1))


def test_a_vector_of_too_many_items_is_refused() -> None:
    items = bytes(2 * 65_537)
    with pytest.raises(DecodeError):
        decode(lambda r: r.vector(Reader.u16), varint(len(items)) + items)


def test_an_item_cannot_reach_beyond_its_vector() -> None:
    with pytest.raises(DecodeError):
        decode(lambda r: (r.vector(Reader.u16), r.u8()), b"\x03\x00\x00\x00\x00")


def test_non_zero_padding_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = group_of(2, RNG)
    monkeypatch.setattr(protection, "pad", lambda content: content + b"\x00\x01")
    message = a.protect(b"text")
    with pytest.raises(InvalidMessage):
        b.process(message)


def test_ciphertexts_have_one_of_few_lengths() -> None:
    a, _ = group_of(2, RNG)
    lengths = {len(a.protect(bytes(size))) for size in range(0, 180, 7)}
    assert len(lengths) == 1
    assert len(a.protect(bytes(400))) - lengths.pop() == 256


def test_a_discarded_error_leaves_members_able_to_go_on() -> None:
    a, b = group_of(2, RNG)
    with pytest.raises(MlsError):
        b.process(_flipped(a.stage().commit, random.Random(4)))
    commit(a, [b])
