"""What stands outside the encryption of a message, read alike from outside."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto import framing, headers
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.detached import Detached, read_detached
from mentalverse_crypto.framing import ContentType, SenderType
from mentalverse_crypto.group_info import EncryptedGroupSecrets, Welcome
from mentalverse_crypto.hpke import HPKECiphertext
from mentalverse_crypto.proposals import Commit, Remove
from support.formats import Verdict, describe, ours, theirs
from support.mutations import bit_flips, truncations

BLOB = b"blob-of-16-bytes"
COMMIT = framing.encode_message(
    framing.PrivateMessage(
        b"group-id-16bytes",
        7,
        ContentType.COMMIT,
        b"mv1" + bytes(16),
        b"sender-data",
        b"c" * 70,
    )
)
STAND_IN = headers.detach_commit(COMMIT, BLOB)
WELCOME = framing.encode_message(
    Welcome(
        CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
        tuple(
            EncryptedGroupSecrets(letter * 32, HPKECiphertext(b"k" * 32, b"c" * 40))
            for letter in (b"r", b"s")
        ),
        b"encrypted group info",
    )
)

repeatable = settings(database=None, deadline=None, derandomize=True)
opaque = st.binary(max_size=80)
epochs = st.integers(0, 2**64 - 1)


def _header(message: bytes) -> dict[str, Any]:
    described: dict[str, Any] = describe(headers.read_header(message))
    described.pop("size")
    return described


def _welcome(message: bytes) -> Any:
    header = headers.read_welcome(message)
    suite = {"integer": str(int(header.suite))}
    return {"suite": suite, "refs": describe(header.refs)}


def _detached(message: bytes) -> Any:
    return describe(read_detached(message))


READERS = {"readHeader": _header, "readWelcome": _welcome, "readDetached": _detached}


def _assert_read_alike(formats: JsPeer, verb: str, inputs: list[bytes]) -> set[str]:
    """The verdicts; also the codes, unless a flip made another kind of message of it.

    Python decodes a message of the wrong kind whole before it says so.
    """
    said = theirs(formats, verb, ({"data": data} for data in inputs))
    for data, verdict in zip(inputs, said, strict=True):
        mine: Verdict = ours(lambda d=data: READERS[verb](d))  # type: ignore[misc]
        if data[:4] == inputs[0][:4]:
            assert verdict == mine, data.hex()
        else:
            assert verdict[0] == mine[0] == "refused", data.hex()
    return {verdict for verdict, _ in said}


@repeatable
@given(
    framed=st.builds(
        framing.PrivateMessage,
        opaque,
        epochs,
        st.sampled_from(ContentType),
        opaque,
        opaque,
        st.binary(max_size=20_000),
    )
)
def test_any_private_message_has_the_same_header(
    formats: JsPeer, framed: framing.PrivateMessage
) -> None:
    message = framing.encode_message(framed)
    assert formats.call("readHeader", data=message) == _header(message)
    mine = headers.detach_commit(message, BLOB).encode()
    made = octets(formats.call("detachCommit", data=message, blob=BLOB))
    assert made == mine
    assert formats.call("isOf", data=made, octets=message)
    assert not formats.call("isOf", data=made, octets=message + b"\x00")
    _assert_read_alike(formats, "readHeader", [mine])


@repeatable
@given(
    group_id=opaque,
    epoch=epochs,
    sender_type=st.sampled_from(SenderType),
    index=st.integers(0, 2**32 - 1),
    declared=opaque,
    content=st.sampled_from([b"text", Remove(3), Commit((), None)]),
)
def test_any_public_message_has_the_same_header(
    formats: JsPeer,
    group_id: bytes,
    epoch: int,
    sender_type: SenderType,
    index: int,
    declared: bytes,
    content: Any,
) -> None:
    inside = sender_type in (SenderType.MEMBER, SenderType.EXTERNAL)
    sender = framing.Sender(sender_type, index if inside else 0)
    framed = framing.FramedContent(group_id, epoch, sender, declared, content)
    tag = b"confirmation" if isinstance(content, Commit) else None
    auth = framing.FramedContentAuthData(b"signature", tag)
    member = b"membership" if sender_type is SenderType.MEMBER else None
    message = framing.encode_message(framing.PublicMessage(framed, auth, member))
    assert formats.call("readHeader", data=message) == _header(message)


def test_damaged_messages_have_the_same_header_or_none(formats: JsPeer) -> None:
    for verb, whole in (
        ("readHeader", COMMIT),
        ("readHeader", STAND_IN.encode()),
        ("readWelcome", WELCOME),
    ):
        damaged = [*bit_flips(whole), *truncations(whole), whole + b"\x00"]
        verdicts = _assert_read_alike(formats, verb, [whole, *damaged])
        assert verdicts == {"ok", "refused"}


def test_only_a_commit_stands_elsewhere(formats: JsPeer) -> None:
    other = Detached.of(COMMIT, BLOB, STAND_IN.head.replace(b"\x03", b"\x01", 1))
    empty = Detached.of(WELCOME, BLOB)
    stand_ins = [STAND_IN.encode(), other.encode(), empty.encode()]
    assert _assert_read_alike(formats, "readHeader", stand_ins) == {"ok", "refused"}


@repeatable
@given(
    stands_for=st.builds(
        Detached,
        opaque,
        st.binary(min_size=16, max_size=16),
        st.integers(0, 2**32 - 1),
        st.binary(min_size=32, max_size=32),
    )
)
def test_any_stand_in_is_the_same_value_and_octets(
    formats: JsPeer, stands_for: Detached
) -> None:
    data, value = stands_for.encode(), describe(stands_for)
    assert formats.call("readDetached", data=data) == value
    assert octets(formats.call("writeDetached", value=value)) == data


def test_damaged_stand_ins_are_read_alike(formats: JsPeer) -> None:
    whole = STAND_IN.encode()
    flips = [data for data in bit_flips(whole) if data[:4] == whole[:4]]
    inputs = [*flips, *list(truncations(whole))[4:], whole + b"\x00"]
    assert _assert_read_alike(formats, "readDetached", inputs) == {"ok", "refused"}
    assert formats.call("readDetached", data=COMMIT) is None
