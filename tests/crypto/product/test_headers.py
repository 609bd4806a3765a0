"""What a server reads of a message: strictly, and of nothing but the outside."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto import framing
from mentalverse_crypto.group_info import EncryptedGroupSecrets, Welcome
from mentalverse_crypto.hpke import HPKECiphertext
from mentalverse_crypto.proposals import Remove
from mentalverse_crypto.public import (
    CipherSuite,
    ContentType,
    FramingHeader,
    MlsError,
    SenderType,
    UnsupportedError,
    WelcomeHeader,
    WireFormat,
    read_header,
    read_welcome,
)
from support.mutations import bit_flips, truncations

SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519

repeatable = settings(database=None, deadline=None, derandomize=True)
opaque = st.binary(max_size=80)
epochs = st.integers(0, 2**64 - 1)


PRIVATE = framing.PrivateMessage(
    b"group-id-16bytes",
    7,
    framing.ContentType.COMMIT,
    b"mv1" + bytes(16),
    b"sender-data",
    b"c" * 70,
)
PUBLIC = framing.PublicMessage(
    framing.FramedContent(
        b"group-id-16bytes",
        7,
        framing.Sender(framing.SenderType.EXTERNAL, 0),
        b"declared",
        Remove(3),
    ),
    framing.FramedContentAuthData(b"signature"),
)
WELCOME = framing.encode_message(
    Welcome(
        SUITE,
        (
            EncryptedGroupSecrets(b"r" * 32, HPKECiphertext(b"k" * 32, b"c" * 40)),
            EncryptedGroupSecrets(b"s" * 32, HPKECiphertext(b"k" * 32, b"c" * 40)),
        ),
        b"encrypted group info",
    )
)


@repeatable
@given(
    st.builds(
        framing.PrivateMessage,
        opaque,
        epochs,
        st.sampled_from(framing.ContentType),
        opaque,
        opaque,
        st.binary(max_size=20_000),
    )
)
def test_the_header_of_a_private_message_is_what_was_framed(
    framed: framing.PrivateMessage,
) -> None:
    message = framing.encode_message(framed)
    assert read_header(message) == FramingHeader(
        WireFormat.PRIVATE_MESSAGE,
        framed.group_id,
        framed.epoch,
        framed.content_type,
        framed.authenticated_data,
        len(message),
        sender_type=None,
    )


def test_the_header_of_a_public_message_names_its_kind_of_sender() -> None:
    message = framing.encode_message(PUBLIC)
    assert read_header(message) == FramingHeader(
        WireFormat.PUBLIC_MESSAGE,
        b"group-id-16bytes",
        7,
        ContentType.PROPOSAL,
        b"declared",
        len(message),
        SenderType.EXTERNAL,
    )


@pytest.mark.parametrize("framed", [PRIVATE, PUBLIC])
def test_a_header_is_read_only_from_what_decodes_whole(framed: framing.Body) -> None:
    message = framing.encode_message(framed)
    damaged_copies = (*truncations(message), message + b"\x00", *bit_flips(message))
    for damaged in damaged_copies:
        try:
            header = read_header(damaged)
        except MlsError:
            with pytest.raises(MlsError):
                assert_framed(framing.decode_message(damaged))
            continue
        assert_framed(framing.decode_message(damaged))
        assert header.size == len(damaged)


def assert_framed(body: framing.Body) -> None:
    if not isinstance(body, framing.PrivateMessage | framing.PublicMessage):
        raise UnsupportedError("not framed")


@repeatable
@given(st.binary(max_size=100))
def test_any_bytes_give_a_header_or_a_declared_error(data: bytes) -> None:
    for message in (data, b"\x00\x01\x00\x02" + data, b"\x00\x01\x00\x01" + data):
        try:
            read_header(message)
        except MlsError:
            continue
        assert_framed(framing.decode_message(message))


def test_what_is_not_framed_has_no_header() -> None:
    with pytest.raises(UnsupportedError):
        read_header(WELCOME)
    with pytest.raises(UnsupportedError):
        read_header(b"\x00\x02" + framing.encode_message(PRIVATE)[2:])


def test_a_welcome_names_its_suite_and_receivers() -> None:
    assert read_welcome(WELCOME) == WelcomeHeader(SUITE, (b"r" * 32, b"s" * 32))


def test_every_damaged_welcome_is_refused_or_decodes() -> None:
    for damaged in (*truncations(WELCOME), *bit_flips(WELCOME)):
        try:
            header = read_welcome(damaged)
        except MlsError:
            continue
        assert len(header.refs) == 2


def test_another_message_is_no_welcome() -> None:
    with pytest.raises(UnsupportedError):
        read_welcome(framing.encode_message(PRIVATE))
