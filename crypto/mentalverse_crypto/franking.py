"""Reports: messages that a member shows to the safety team, with their proof.

    struct {
        uint16 group_context;           place in group_contexts
        uint16 leaf_node;               place in leaf_nodes
        uint64 epoch;
        uint32 leaf_index;
        opaque authenticated_data<V>;
        opaque plaintext<V>;
        opaque signature<V>;
    } ReportedMessage;

    struct {
        uint16 message;                 place in messages
        uint16 wordings;                at least 1
    } LeftOut;

    struct {
        uint8  version = 1;
        opaque statement<V>;            UTF-8: the reporter's own words
        opaque group_contexts<V>;       each opaque<V>, in the order of first use
        opaque leaf_nodes<V>;           each opaque<V>, in the order of first use
        ReportedMessage messages<V>;    each once
        LeftOut left_out<V>;            ascending; absent when nothing is left out
    } Report;

    struct {
        uint8  version = 1;
        opaque key_id[8];
        uint16 suite;
        opaque kem_output<V>;
        opaque ciphertext<V>;
    } SealedReport;

HPKE (RFC 9180) seals `opaque report<V>`, followed by zeros up to 4 KiB · 2^k, to a key
of the safety team, with the info "MentalVerse report v1" and the report's id as AAD.
`key_id` is the first 8 octets of SHA-256("MentalVerse report key v1" ‖ public key).

An edited message is shown in its wordings, one ReportedMessage each. Where they do not
all fit, `left_out` says at the first of them how many are missing: so says whoever
reports, and no signature covers it.

A report shows what was chosen and nothing else. The reporter can leave messages out,
which is why the ones around should come along; the reporter cannot change a letter.
The safety team verifies offline, message by message, see `evidence`. Nothing of it
proves who reported: the service that takes the report knows that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from . import hpke
from .ciphersuite import CipherSuite, HpkeKeyPair, Rng, digest, read_cipher_suite
from .codec import Reader, opaque, u8, u16, u32, u64, vector
from .codec import decode as decode_structure
from .errors import DecodeError, DecryptError, InvalidRequest, ReportTooLarge
from .evidence import AccountKeys, Evidence, Verdict, verify_message
from .hpke import HPKECiphertext

VERSION = 1
"""Of reports and their sealed form."""
MAX_MESSAGES = 200
"""Most messages in a report."""
MAX_REPORT_BYTES = 2 * 1024 * 1024
"""Longest report before it is padded and sealed."""
MAX_STATEMENT_BYTES = 16_000
"""Longest statement, in UTF-8."""
REPORT_ID_BYTES = 16
"""Length of a report's id."""
KEY_ID_BYTES = 8
"""Length of the id of a key of the safety team."""

_SMALLEST_BUCKET_BYTES = 4096
_INFO = b"MentalVerse report v1"
_KEY_LABEL = b"MentalVerse report key v1"


@dataclass(frozen=True, slots=True)
class ReportedMessage:
    """One message that was chosen, and what proves it."""

    plaintext: bytes = field(repr=False)
    """Of the application message."""
    evidence: Evidence
    left_out: int = 0
    """How many other wordings of it the report leaves out, by the reporter's word."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a member shows.

    Raises:
        ReportTooLarge: more messages or a longer statement than are accepted.
        InvalidRequest: no message, one that stands twice, or a number too large.
    """

    messages: tuple[ReportedMessage, ...]
    """In the order in which the reporter saw them, which proves nothing."""
    statement: str = field(default="", repr=False)
    """The reporter's own words, which prove nothing."""

    def __post_init__(self) -> None:
        if len(self.messages) > MAX_MESSAGES:
            raise ReportTooLarge("too many messages in a report")
        if len(self.statement.encode(errors="replace")) > MAX_STATEMENT_BYTES:
            raise ReportTooLarge("the statement is too long")
        each_once = {(shown.plaintext, shown.evidence) for shown in self.messages}
        if not self.messages or len(each_once) != len(self.messages):
            raise InvalidRequest("a report shows each of its messages once")
        for shown in self.messages:
            if not 0 <= shown.left_out < 1 << 16:
                raise InvalidRequest("a number of wordings does not fit")
            proof = shown.evidence
            if not (0 <= proof.epoch < 1 << 64 and 0 <= proof.leaf_index < 1 << 32):
                raise InvalidRequest("a number of a message does not fit")

    def encode(self) -> bytes:
        """The structure on the wire.

        Raises:
            ReportTooLarge: above `MAX_REPORT_BYTES`.
            InvalidRequest: the statement is not Unicode text.
        """
        # A dict keeps the order in which its keys came: that is their place.
        contexts = dict.fromkeys(m.evidence.group_context for m in self.messages)
        leaves = dict.fromkeys(m.evidence.leaf_node for m in self.messages)
        places = (
            {context: place for place, context in enumerate(contexts)},
            {leaf: place for place, leaf in enumerate(leaves)},
        )
        try:
            statement = self.statement.encode()
        except UnicodeEncodeError:
            raise InvalidRequest("the statement is not Unicode text") from None
        encoded = b"".join(
            (
                u8(VERSION),
                opaque(statement),
                vector(map(opaque, contexts)),
                vector(map(opaque, leaves)),
                vector(_encode_message(shown, *places) for shown in self.messages),
                self._encode_left_out(),
            )
        )
        if len(encoded) > MAX_REPORT_BYTES:
            raise ReportTooLarge("the report is too long")
        return encoded

    def _encode_left_out(self) -> bytes:
        numbers = [shown.left_out for shown in self.messages]
        missing = [u16(at) + u16(number) for at, number in enumerate(numbers) if number]
        return vector(missing) if missing else b""

    @staticmethod
    def decode(data: bytes) -> Report:
        """The report that `data` holds; nothing is verified.

        Raises:
            ReportTooLarge: above a limit.
            DecodeError: not a report of our version in its one encoding.
        """
        if len(data) > MAX_REPORT_BYTES:
            raise ReportTooLarge("the report is too long")
        try:
            report = decode_structure(_read_report, data)
            canonical = report.encode() == data
        except InvalidRequest as error:
            raise DecodeError(str(error)) from None
        if not canonical:
            raise DecodeError("report is not in its one encoding")
        return report


@dataclass(frozen=True, slots=True)
class SealedReport:
    """A report as the server keeps it: for whom, and how large."""

    key_id: bytes
    suite: CipherSuite
    sealed: HPKECiphertext

    def encode(self) -> bytes:
        """The structure on the wire."""
        return u8(VERSION) + self.key_id + u16(self.suite) + self.sealed.encode()

    @staticmethod
    def decode(data: bytes) -> SealedReport:
        """The sealed report that `data` holds.

        Raises:
            DecodeError: malformed, or of another version.
            UnsupportedError: of a suite that is not ours.
        """
        return decode_structure(_read_sealed, data)


def generate_report_key(suite: CipherSuite, rng: Rng) -> HpkeKeyPair:
    """A fresh HPKE key of the safety team, of the suite's KEM."""
    return hpke.generate_key_pair(suite, rng)


def padded_report_bytes(report: Report) -> int:
    """How long a report is with its padding, before it is sealed.

    Raises:
        ReportTooLarge, InvalidRequest: as `Report.encode`.
    """
    return len(_padded(opaque(report.encode())))


def report_key_id(public: bytes) -> bytes:
    """The 8 octets that name a public key of the safety team."""
    return digest(_KEY_LABEL + public)[:KEY_ID_BYTES]


def seal_report(
    report: Report, suite: CipherSuite, to_public: bytes, report_id: bytes, rng: Rng
) -> bytes:
    """The encoded `SealedReport` of a report.

    Args:
        report: What is shown.
        suite: Whose KEM and AEAD to use: that of the key.
        to_public: HPKE public key of the safety team.
        report_id: 16 octets: the report opens under no other id.
        rng: Source of randomness.

    Raises:
        InvalidRequest: the id has not 16 octets.
        ReportTooLarge: above a limit.
        DecryptError: nothing can be sealed to that key.
    """
    if len(report_id) != REPORT_ID_BYTES:
        raise InvalidRequest("a report id has 16 octets")
    plaintext = _padded(opaque(report.encode()))
    sealed = hpke.seal(suite, to_public, _INFO, report_id, plaintext, rng)
    return SealedReport(report_key_id(to_public), suite, sealed).encode()


def open_report(
    sealed_report: bytes, key_pair: HpkeKeyPair, report_id: bytes
) -> Report:
    """What a sealed report shows; nothing of it is verified.

    Args:
        sealed_report: An output of `seal_report`.
        key_pair: The safety team's key that its `key_id` names.
        report_id: The id under which it was stored.

    Raises:
        DecodeError, UnsupportedError: malformed, or not of our profile.
        DecryptError: sealed to another key or id, or altered.
        ReportTooLarge: above a limit.
    """
    outer = SealedReport.decode(sealed_report)
    if outer.key_id != report_key_id(key_pair.public):
        raise DecryptError("the report is sealed to another key")
    plaintext = hpke.open_(outer.suite, key_pair, _INFO, report_id, outer.sealed)
    reader = Reader(plaintext)
    encoded = reader.opaque()
    reader.finish_padding()
    return Report.decode(encoded)


def verify_report(
    report: Report, *, as_keys: Mapping[bytes, bytes], account_keys: AccountKeys
) -> tuple[Verdict, ...]:
    """What can be said of each message, in their order.

    Args:
        report: What was shown.
        as_keys: Public keys of the authentication service by `as_key_id`, those of
            the past included.
        account_keys: The public keys that the transparency log shows for an account,
            those of the past included.
    """
    return tuple(
        verify_message(
            shown.plaintext,
            shown.evidence,
            as_keys=as_keys,
            account_keys=account_keys,
        )
        for shown in report.messages
    )


def _padded(plaintext: bytes) -> bytes:
    bucket = _SMALLEST_BUCKET_BYTES
    while bucket < len(plaintext):
        bucket *= 2
    return plaintext.ljust(bucket, b"\x00")


def _encode_message(
    shown: ReportedMessage, contexts: Mapping[bytes, int], leaves: Mapping[bytes, int]
) -> bytes:
    proof = shown.evidence
    return b"".join(
        (
            u16(contexts[proof.group_context]),
            u16(leaves[proof.leaf_node]),
            u64(proof.epoch),
            u32(proof.leaf_index),
            opaque(proof.authenticated_data),
            opaque(shown.plaintext),
            opaque(proof.signature),
        )
    )


def _read_report(reader: Reader) -> Report:
    if reader.u8() != VERSION:
        raise DecodeError("report is of another version")
    try:
        statement = reader.opaque().decode()
    except UnicodeDecodeError:
        raise DecodeError("the statement is not UTF-8") from None
    contexts = reader.vector(Reader.opaque)
    leaves = reader.vector(Reader.opaque)
    messages = reader.vector(lambda r: _read_message(r, contexts, leaves))
    missing = reader.vector(_read_left_out) if reader.remaining else ()
    return Report(_with_left_out(messages, missing), statement)


def _read_left_out(reader: Reader) -> tuple[int, int]:
    return reader.u16(), reader.u16()


def _with_left_out(
    messages: tuple[ReportedMessage, ...], missing: Iterable[tuple[int, int]]
) -> tuple[ReportedMessage, ...]:
    told = list(messages)
    for place, number in missing:
        if place >= len(told):
            raise DecodeError("what is left out is of no message")
        told[place] = replace(told[place], left_out=number)
    return tuple(told)


def _read_message(
    reader: Reader, contexts: tuple[bytes, ...], leaves: tuple[bytes, ...]
) -> ReportedMessage:
    context, leaf = reader.u16(), reader.u16()
    if context >= len(contexts) or leaf >= len(leaves):
        raise DecodeError("a message points outside the report")
    epoch, leaf_index = reader.u64(), reader.u32()
    authenticated_data, plaintext = reader.opaque(), reader.opaque()
    evidence = Evidence(
        epoch,
        leaf_index,
        authenticated_data,
        reader.opaque(),
        contexts[context],
        leaves[leaf],
    )
    return ReportedMessage(plaintext, evidence)


def _read_sealed(reader: Reader) -> SealedReport:
    if reader.u8() != VERSION:
        raise DecodeError("sealed report is of another version")
    return SealedReport(
        reader.raw(KEY_ID_BYTES),
        read_cipher_suite(reader),
        HPKECiphertext.read(reader),
    )
