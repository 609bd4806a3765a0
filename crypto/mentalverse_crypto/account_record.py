"""What an account keeps when a device is lost or another one comes.

    struct {
        uint8  version = 1;
        opaque account_id[16];
        opaque account_private[32];         Ed25519 seed
        opaque device_list<V>;              the newest one this device saw
        ContactPin contacts<V>;
        KeptArchive archives<V>;
        ResumptionSecret resumption<V>;
        opaque settings<V>;                 I-JSON, or nothing
    } AccountRecord;

    struct { opaque account_id[16]; opaque account_public[32]; uint8 verified; }
        ContactPin;
    struct { opaque conversation[16]; opaque writer[16]; uint64 period; opaque key[32];
             opaque first_blob[16]; uint32 pieces; opaque last[32];
             opaque next_blob[16]; } KeptArchive;
    struct { opaque group_id<V>; uint64 epoch; opaque secret[32]; } ResumptionSecret;

There is no field for a leaf's, a KeyPackage's or a ratchet's key, and that is the
point: group state that came back from a copy would use a message key twice. A
restored device is a new leaf. A resumption PSK (RFC 9420 §8.6) decrypts nothing; it
proves that its holder was in the group in that epoch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from .carried import HISTORY_KEY_BYTES
from .ciphersuite import HASH_BYTES, KEY_BYTES, SignatureKeyPair, signature_key_pair
from .codec import Reader, decode, opaque, u8, u32, u64, vector
from .errors import ContentError, DecodeError, InvalidRequest, require
from .history import Archive, ArchiveEnd
from .ijson import parse

RESUMPTION_EPOCHS: Final = 3
"""How many resumption PSKs of one group are kept, newest first."""

_VERSION: Final = 1
_ID_BYTES: Final = 16
_MAX_GROUP_ID_BYTES: Final = 255


@dataclass(frozen=True, slots=True)
class ContactPin:
    """The account key of somebody as this account knows it."""

    account_id: bytes
    """16 octets."""
    account_public: bytes
    """32 octets."""
    verified: bool = False
    """Whether the safety number was compared."""


@dataclass(frozen=True, slots=True)
class KeptArchive:
    """An archive, and how far it went when this was written down."""

    archive: Archive
    end: ArchiveEnd


@dataclass(frozen=True, slots=True)
class ResumptionSecret:
    """The resumption PSK of one epoch of a group (RFC 9420 §8.6)."""

    group_id: bytes
    epoch: int
    secret: bytes = field(repr=False)
    """32 octets."""


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """Everything of an account that is not of one device.

    Raises:
        InvalidRequest: a length is wrong, a contact or an archive stands twice, a
            group has more than `RESUMPTION_EPOCHS` secrets, or the settings are
            not I-JSON.
    """

    account_id: bytes
    """16 octets."""
    account_private: bytes = field(repr=False)
    """The seed of the account's Ed25519 key, 32 octets."""
    device_list: bytes = b""
    """Encoded, as the account signed it last; empty if there is none."""
    contacts: tuple[ContactPin, ...] = ()
    archives: tuple[KeptArchive, ...] = ()
    resumption: tuple[ResumptionSecret, ...] = ()
    settings: bytes = field(default=b"", repr=False)
    """One I-JSON value (see `ijson`) that is the client's own, or nothing."""

    def __post_init__(self) -> None:
        require(len(self.account_id) == _ID_BYTES, "an account id has 16 octets")
        require(len(self.account_private) == KEY_BYTES, "an account key has 32 octets")
        _check_contacts(self.contacts)
        _check_archives(self.archives)
        _check_resumption(self.resumption)
        if self.settings:
            try:
                parse(self.settings)
            except ContentError as error:
                raise InvalidRequest(f"settings: {error}") from None

    @property
    def account_key(self) -> SignatureKeyPair:
        """The account's key pair."""
        return signature_key_pair(self.account_private)

    def encode(self) -> bytes:
        """The record on the wire: it is secret, seal it."""
        return b"".join(
            (
                u8(_VERSION),
                self.account_id,
                self.account_private,
                opaque(self.device_list),
                vector(map(_write_contact, self.contacts)),
                vector(map(_write_archive, self.archives)),
                vector(map(_write_resumption, self.resumption)),
                opaque(self.settings),
            )
        )

    @staticmethod
    def decode(octets: bytes) -> AccountRecord:
        """The record that octets hold.

        Raises:
            DecodeError: not one output of `encode`.
        """
        try:
            return decode(_read, octets)
        except InvalidRequest as error:
            raise DecodeError(str(error)) from None


def newest_resumption(
    group_id: bytes, psks: Mapping[int, bytes]
) -> tuple[ResumptionSecret, ...]:
    """The newest secrets of a group's resumption PSKs by epoch."""
    epochs = sorted(psks, reverse=True)[:RESUMPTION_EPOCHS]
    return tuple(ResumptionSecret(group_id, epoch, psks[epoch]) for epoch in epochs)


def _check_contacts(contacts: tuple[ContactPin, ...]) -> None:
    for pin in contacts:
        require(len(pin.account_id) == _ID_BYTES, "an account id has 16 octets")
        require(len(pin.account_public) == KEY_BYTES, "an account key has 32 octets")
    _require_unique((pin.account_id for pin in contacts), "a contact stands twice")


def _check_archives(archives: tuple[KeptArchive, ...]) -> None:
    named = (
        (a.conversation, a.writer, a.period) for a in (k.archive for k in archives)
    )
    _require_unique(named, "an archive stands twice")


def _check_resumption(resumption: tuple[ResumptionSecret, ...]) -> None:
    for kept in resumption:
        length = len(kept.group_id)
        require(1 <= length <= _MAX_GROUP_ID_BYTES, "not the id of a group")
        require(0 <= kept.epoch < 1 << 64, "an epoch does not fit 64 bits")
        require(len(kept.secret) == HASH_BYTES, "a resumption PSK has 32 octets")
    _require_unique(
        ((kept.group_id, kept.epoch) for kept in resumption), "an epoch stands twice"
    )
    most = max(Counter(kept.group_id for kept in resumption).values(), default=0)
    require(most <= RESUMPTION_EPOCHS, "too many epochs of one group")


def _write_contact(pin: ContactPin) -> bytes:
    return pin.account_id + pin.account_public + u8(pin.verified)


def _write_archive(kept: KeptArchive) -> bytes:
    archive, end = kept.archive, kept.end
    return b"".join(
        (
            archive.conversation,
            archive.writer,
            u64(archive.period),
            archive.key,
            archive.first_blob,
            u32(end.pieces),
            end.last,
            end.next_blob,
        )
    )


def _write_resumption(kept: ResumptionSecret) -> bytes:
    return opaque(kept.group_id) + u64(kept.epoch) + kept.secret


def _read(reader: Reader) -> AccountRecord:
    if reader.u8() != _VERSION:
        raise DecodeError("account record is of another version")
    return AccountRecord(
        reader.raw(_ID_BYTES),
        reader.raw(KEY_BYTES),
        reader.opaque(),
        reader.vector(_read_contact),
        reader.vector(_read_archive),
        reader.vector(_read_resumption),
        reader.opaque(),
    )


def _read_contact(reader: Reader) -> ContactPin:
    account_id, public = reader.raw(_ID_BYTES), reader.raw(KEY_BYTES)
    verified = reader.u8()
    if verified not in (0, 1):
        raise DecodeError("verified is neither 0 nor 1")
    return ContactPin(account_id, public, bool(verified))


def _read_archive(reader: Reader) -> KeptArchive:
    archive = Archive(
        reader.raw(_ID_BYTES),
        reader.raw(_ID_BYTES),
        reader.u64(),
        reader.raw(HISTORY_KEY_BYTES),
        reader.raw(_ID_BYTES),
    )
    end = ArchiveEnd(reader.u32(), reader.raw(HASH_BYTES), reader.raw(_ID_BYTES))
    return KeptArchive(archive, end)


def _read_resumption(reader: Reader) -> ResumptionSecret:
    return ResumptionSecret(reader.opaque(), reader.u64(), reader.raw(HASH_BYTES))


def _require_unique(values: Iterable[object], otherwise: str) -> None:
    require(max(Counter(values).values(), default=0) <= 1, otherwise)
