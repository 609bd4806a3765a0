"""STUN messages: the published vectors, round trips, and octets of anybody's."""

from __future__ import annotations

import random
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_server.media import stun
from mentalverse_server.media.stun import Attribute, BadMessage, Kind, Message, Method

IPV4_RESPONSE = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"
)
IPV6_RESPONSE = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c"
)
SHORT_TERM_KEY = b"VOkJxbRl1RmTxUk/WvJxBt"
LONG_TERM_REQUEST = bytes.fromhex(
    "000100602112a44278ad3433c6ad72c029da412e"
    "00060012e3839ee38388e383aae38383e382afe382b90000"
    "0015001c662f2f3439396b39353464364f4c33346f4c39465354767936347341"
    "0014000b6578616d706c652e6f726700"
    "00080014f67024656dd64a3e02b8e0712e85c9a28ca89666"
)
"""RFC 5769 §2.2, §2.3 and §2.4."""
XOR_MAPPED_ADDRESS = 0x0020
FUZZED = 50_000

TRANSACTION_IDS = st.binary(min_size=12, max_size=12)
ATTRIBUTES = st.lists(
    st.tuples(
        st.integers(0, 0xFFFF).filter(
            lambda kind: (
                kind not in {Attribute.MESSAGE_INTEGRITY, Attribute.FINGERPRINT}
            )
        ),
        st.binary(max_size=40),
    ),
    max_size=8,
).map(tuple)
MESSAGES = st.builds(
    Message, st.integers(0, 0xFFF), st.sampled_from(Kind), TRANSACTION_IDS, ATTRIBUTES
)


@pytest.mark.parametrize(
    ("octets", "address"),
    [
        (IPV4_RESPONSE, "192.0.2.1"),
        (IPV6_RESPONSE, "2001:db8:1234:5678:11:2233:4455:6677"),
    ],
)
def test_the_published_answers_are_read(octets: bytes, address: str) -> None:
    message = stun.decode(octets)

    assert (message.method, message.kind) == (Method.BINDING, Kind.SUCCESS)
    assert message.get(Attribute.SOFTWARE) == b"test vector"
    value = dict(message.attributes)[XOR_MAPPED_ADDRESS]
    found = stun.read_xor_address(value, message.transaction_id)
    assert found == (ip_address(address), 32853)
    assert stun.is_authentic(octets, SHORT_TERM_KEY)
    assert not stun.is_authentic(octets, b"another")


def test_the_published_request_carries_a_long_term_credential() -> None:
    key = stun.long_term_key("マトリックス", "example.org", "TheMatrIX")

    assert stun.is_authentic(LONG_TERM_REQUEST, key)
    message = stun.decode(LONG_TERM_REQUEST)
    assert message.get(Attribute.REALM) == b"example.org"
    assert stun.encode(message, key)[20:].startswith(LONG_TERM_REQUEST[20:])


@given(MESSAGES, st.none() | st.binary(min_size=1, max_size=20))
def test_a_message_comes_back_as_it_went(message: Message, key: bytes | None) -> None:
    octets = stun.encode(message, key)

    assert stun.decode(octets) == message
    assert stun.message_bytes(octets[:20]) == len(octets)
    assert stun.is_authentic(octets, key or b"any") == (key is not None)


@given(MESSAGES, st.binary(min_size=1, max_size=20), st.data())
def test_no_octet_that_counts_can_be_changed(
    message: Message, key: bytes, data: st.DataObject
) -> None:
    octets = bytearray(stun.encode(message, key))
    at = data.draw(st.integers(0, len(octets) - 1))
    octets[at] ^= data.draw(st.integers(1, 255))

    try:
        believed = stun.is_authentic(bytes(octets), key)
    except BadMessage:
        return
    assert not believed or stun.decode(bytes(octets)) == message


@given(st.ip_addresses(), st.integers(0, 65535), st.binary(min_size=12, max_size=12))
def test_an_address_comes_back_as_it_went(
    address: stun.Address, port: int, transaction_id: bytes
) -> None:
    value = stun.xor_address(address, port, transaction_id)
    assert stun.read_xor_address(value, transaction_id) == (address, port)


def test_what_stands_behind_the_integrity_does_not_count() -> None:
    """Anybody could have put it there (RFC 8489 §14.5)."""
    message = Message(Method.ALLOCATE, Kind.SUCCESS, bytes(12))
    octets = stun.encode(message, b"key")[:-8]
    forged = octets + bytes.fromhex("000d0004ffffffff")
    forged = forged[:2] + (len(forged) - 20).to_bytes(2, "big") + forged[4:]

    assert stun.is_authentic(forged, b"key")
    assert stun.decode(forged).get(Attribute.LIFETIME) is None


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "shorter"),
        (bytes(20), "not STUN"),
        (b"\xff" + IPV4_RESPONSE[1:], "not STUN"),
        (b"\x01\x01\xff\xfc" + IPV4_RESPONSE[4:20], "longer"),
        (IPV4_RESPONSE[:-4], "cut off"),
        (IPV4_RESPONSE + bytes(4), "something behind"),
        (IPV4_RESPONSE[:-1] + b"\x00", "another fingerprint"),
        (b"\x01\x01\x00\x04" + IPV4_RESPONSE[4:20] + b"\x80\x22\x00\x09", "longer"),
    ],
)
def test_what_is_no_message_is_said_to_be_none(octets: bytes, says: str) -> None:
    with pytest.raises(BadMessage, match=says):
        stun.decode(octets)


def test_a_message_of_very_many_attributes_is_not_read() -> None:
    many = tuple((Attribute.SOFTWARE, b"") for _ in range(stun.MAX_ATTRIBUTES + 1))
    octets = stun.encode(Message(Method.BINDING, Kind.SUCCESS, bytes(12), many))

    with pytest.raises(BadMessage, match="too many"):
        stun.decode(octets)


@pytest.mark.parametrize(
    "value", [b"", b"\0\0\4", b"\0\0\2\0", b"\0\0\4\144", b"\0\0\7\0"]
)
def test_an_error_without_a_code_of_the_standard_is_none(value: bytes) -> None:
    message = Message(
        Method.ALLOCATE, Kind.ERROR, bytes(12), ((Attribute.ERROR_CODE, value),)
    )
    with pytest.raises(BadMessage):
        stun.read_error(message)


def test_octets_of_anybodys_are_a_message_or_are_refused_as_none() -> None:
    rng = random.Random(8489)
    seeds = [IPV4_RESPONSE, IPV6_RESPONSE, LONG_TERM_REQUEST, _refusal()]
    read = 0
    for _ in range(FUZZED):
        octets = _damaged(rng, rng.choice(seeds))
        try:
            message = stun.decode(octets)
            stun.is_authentic(octets, SHORT_TERM_KEY)
            read += 1
            for _, value in message.attributes:
                _read_or_refused(message, value)
        except BadMessage:
            continue
    assert FUZZED / 20 < read < FUZZED


def _read_or_refused(message: Message, value: bytes) -> None:
    try:
        stun.read_error(message)
        stun.read_xor_address(value, message.transaction_id)
    except BadMessage:
        return


def _damaged(rng: random.Random, octets: bytes) -> bytes:
    """Some octets others, some left out or put in; often with a length that fits."""
    damaged = bytearray(octets[:-8] if rng.random() < 0.5 else octets)
    for _ in range(rng.randrange(4)):
        damaged[rng.randrange(20, len(damaged))] = rng.randrange(256)
    if rng.random() < 0.3:
        at = rng.randrange(4, len(damaged))
        damaged[at : at + rng.randrange(8)] = rng.randbytes(rng.randrange(8))
    if rng.random() < 0.8:
        damaged[2:4] = (len(damaged) - 20).to_bytes(2, "big")
    return bytes(damaged)


def _refusal() -> bytes:
    attributes = (
        (Attribute.ERROR_CODE, b"\0\0\4\1Unauthorized"),
        (Attribute.REALM, b"realm"),
        (Attribute.NONCE, b"nonce"),
    )
    return stun.encode(Message(Method.ALLOCATE, Kind.ERROR, bytes(12), attributes))
