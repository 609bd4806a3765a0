"""The devices that an account vouches for, signed with the account key.

    struct {
        opaque device_id[16];
        opaque signature_key[32];       of the device's leaves, Ed25519
        uint64 added_at;                Unix seconds
    } ListedDevice;

    struct {
        uint8  version = 1;
        opaque account_id[16];
        opaque account_public[32];      Ed25519
        uint64 counter;                 1, 2, 3, …
        ListedDevice devices<V>;        ascending by device_id, at most 64
        opaque previous_public<V>;      32 octets when the account key changes, or none
        opaque previous_signature<V>;   64 octets, or none
        opaque account_signature[64];
    } DeviceList;

    the old key signs  "MentalVerse account key v1" ‖ version … previous_public
    the account signs  "MentalVerse device list v1" ‖ version … previous_signature

A device is revoked by a list without it. The account key changes hands by a list in
which the old key signs the new one; a list of another key without that is not a
successor, and what becomes of it is for the person to decide, never for the program.
The counter rises by one, so that of two lists it is clear which holds, and a list
that was skipped shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .ciphersuite import (
    KEY_BYTES,
    SIGNATURE_BYTES,
    SignatureKeyPair,
    digest,
    sign,
)
from .ciphersuite import verify as verify_signature
from .codec import Reader, opaque, u8, u64, vector
from .codec import decode as decode_structure
from .errors import (
    AccountKeyChanged,
    DecodeError,
    DeviceListUnsigned,
    InvalidRequest,
    NotTheNextDeviceList,
    SignatureError,
)
from .identity import AccountIdentity

VERSION = 1
"""The only version there is."""
ID_BYTES = 16
"""Length of account and device ids."""
MAX_DEVICES = 64
"""Most devices of one account."""

_LABEL = b"MentalVerse device list v1"
_ROTATION_LABEL = b"MentalVerse account key v1"
_MAX_U64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """One device that the account vouches for."""

    device_id: bytes
    """16 octets."""
    signature_key: bytes
    """Ed25519 public key of its leaves, 32 octets."""
    added_at: int
    """Unix seconds, by the clock of the device that approved it."""

    def encode(self) -> bytes:
        """The structure on the wire."""
        return self.device_id + self.signature_key + u64(self.added_at)


@dataclass(frozen=True, slots=True)
class DeviceList:
    """An account's devices at one count; `verify` checks its signatures."""

    account_id: bytes
    account_public: bytes
    """Ed25519 public key, 32 octets."""
    counter: int
    devices: tuple[ListedDevice, ...]
    previous_public: bytes = b""
    """The account key until this list, or empty when it stays."""
    previous_signature: bytes = b""
    account_signature: bytes = b""

    def encode(self) -> bytes:
        """The structure on the wire."""
        return self._account_signed() + self.account_signature

    @staticmethod
    def decode(data: bytes) -> DeviceList:
        """The list that `data` holds; nothing is verified.

        Raises:
            DecodeError: not a list of our version, or not in its one encoding.
        """
        return decode_structure(_read, data)

    def hash(self) -> bytes:
        """SHA-256 over the encoding: what the transparency log records."""
        return digest(self.encode())

    def find(self, device_id: bytes) -> ListedDevice | None:
        """The device of that id, or None when it is not or no longer listed."""
        return next((d for d in self.devices if d.device_id == device_id), None)

    def _previous_signed(self) -> bytes:
        return b"".join(
            (
                u8(VERSION),
                self.account_id,
                self.account_public,
                u64(self.counter),
                vector(device.encode() for device in self.devices),
                opaque(self.previous_public),
            )
        )

    def _account_signed(self) -> bytes:
        return self._previous_signed() + opaque(self.previous_signature)


def sign_first(
    account_key: SignatureKeyPair, account_id: bytes, devices: Iterable[ListedDevice]
) -> DeviceList:
    """The first list of an account, with counter 1.

    Raises:
        InvalidRequest: an id, key or time is malformed, a device id or key stands
            twice, or there are more than `MAX_DEVICES`.
    """
    return _signed(account_key, account_id, 1, devices, None)


def sign_next(
    account_key: SignatureKeyPair,
    before: DeviceList,
    devices: Iterable[ListedDevice],
    *,
    previous_key: SignatureKeyPair | None = None,
) -> DeviceList:
    """The list that follows `before`.

    Args:
        account_key: The account's key from this list on.
        before: The list held so far.
        devices: All devices that are vouched for, in any order.
        previous_key: The key of `before` when the account key changes. Without it a
            list of another key is a recovery, which `check_successor` points out.

    Raises:
        InvalidRequest: as `sign_first`, or `previous_key` is not the one of `before`
            or does not change.
    """
    if previous_key is not None:
        if previous_key.public != before.account_public:
            raise InvalidRequest("not the key of the list before")
        if previous_key.public == account_key.public:
            raise InvalidRequest("the account key does not change")
    counter = before.counter + 1
    return _signed(account_key, before.account_id, counter, devices, previous_key)


def verify(device_list: DeviceList) -> None:
    """Check the signatures of a list on its own.

    Whether `account_public` is the account's key is not decided here: compare it with
    the pinned one, with the list before or with the transparency log.

    Raises:
        DeviceListUnsigned: a signature does not verify.
    """
    if device_list.previous_public:
        _check_signature(
            device_list.previous_public,
            _ROTATION_LABEL + device_list._previous_signed(),
            device_list.previous_signature,
        )
    _check_signature(
        device_list.account_public,
        _LABEL + device_list._account_signed(),
        device_list.account_signature,
    )


def check_first(device_list: DeviceList, account: AccountIdentity) -> None:
    """Check that a list may be the first of an account whose key is known.

    Raises:
        DeviceListUnsigned: a signature does not verify.
        NotTheNextDeviceList: another account, or a counter that is not 1.
        AccountKeyChanged: all is well except that it is signed by another key.
    """
    verify(device_list)
    if device_list.account_id != account.account_id:
        raise NotTheNextDeviceList("the list is of another account")
    if device_list.counter != 1:
        raise NotTheNextDeviceList("the first list has counter 1")
    first_key = device_list.previous_public or device_list.account_public
    if first_key != account.account_public:
        raise AccountKeyChanged("the account key did not sign")


def check_successor(before: DeviceList, after: DeviceList) -> None:
    """Check that a list follows one that was accepted.

    Raises:
        DeviceListUnsigned: a signature of `after` does not verify.
        NotTheNextDeviceList: another account, a counter that is not the next one, or
            a device that was there with the same key at another time.
        AccountKeyChanged: all is well except that the account key is another one,
            without the signature of the one before.
    """
    verify(after)
    if after.account_id != before.account_id:
        raise NotTheNextDeviceList("the list is of another account")
    if after.counter != before.counter + 1:
        raise NotTheNextDeviceList("the counter is not the next one")
    if any(_was_redated(before, device) for device in after.devices):
        raise NotTheNextDeviceList("a device that stayed has another date")
    if (after.previous_public or after.account_public) != before.account_public:
        raise AccountKeyChanged("the old account key did not sign the new one")


def _was_redated(before: DeviceList, device: ListedDevice) -> bool:
    """Whether a device claims another age than it had: age gives it rights."""
    known = before.find(device.device_id)
    if known is None:
        return False
    if known.signature_key == device.signature_key:
        return known.added_at != device.added_at
    return device.added_at < known.added_at


def _signed(
    account_key: SignatureKeyPair,
    account_id: bytes,
    counter: int,
    devices: Iterable[ListedDevice],
    previous_key: SignatureKeyPair | None,
) -> DeviceList:
    ordered = tuple(sorted(devices, key=lambda device: device.device_id))
    previous_public = b"" if previous_key is None else previous_key.public
    unsigned = DeviceList(
        account_id, account_key.public, counter, ordered, previous_public
    )
    fault = _fault_in_fields(unsigned)
    if fault:
        raise InvalidRequest(fault)
    if previous_key is not None:
        text = _ROTATION_LABEL + unsigned._previous_signed()
        unsigned = replace(unsigned, previous_signature=sign(previous_key, text))
    text = _LABEL + unsigned._account_signed()
    return replace(unsigned, account_signature=sign(account_key, text))


def _fault_in_fields(device_list: DeviceList) -> str | None:
    """What a list breaks of the form that all lists have, without signatures."""
    devices = device_list.devices
    ids = [device.device_id for device in devices]
    keys = {device.signature_key for device in devices}
    if any(len(each) != ID_BYTES for each in (device_list.account_id, *ids)):
        return "account and device ids have 16 octets"
    if any(len(each) != KEY_BYTES for each in keys):
        return "a signature key has 32 octets"
    if not 1 <= device_list.counter <= _MAX_U64:
        return "the counter begins at 1 and fits 64 bits"
    if not all(0 <= device.added_at <= _MAX_U64 for device in devices):
        return "a time is Unix seconds in 64 bits"
    if len(devices) > MAX_DEVICES:
        return "too many devices"
    if any(left >= right for left, right in zip(ids, ids[1:], strict=False)):
        return "device ids are not ascending"
    if len(keys) != len(devices):
        return "two devices share a key"
    if device_list.previous_public == device_list.account_public:
        return "the account key does not change"
    return None


def _check_signature(public: bytes, text: bytes, signature: bytes) -> None:
    try:
        verify_signature(public, text, signature)
    except SignatureError:
        raise DeviceListUnsigned("a signature does not verify") from None


def _read(reader: Reader) -> DeviceList:
    if reader.u8() != VERSION:
        raise DecodeError("device list is of another version")
    device_list = DeviceList(
        account_id=reader.raw(ID_BYTES),
        account_public=reader.raw(KEY_BYTES),
        counter=reader.u64(),
        devices=reader.vector(_read_device),
        previous_public=_read_optional(reader, KEY_BYTES),
        previous_signature=_read_optional(reader, SIGNATURE_BYTES),
        account_signature=reader.raw(SIGNATURE_BYTES),
    )
    if bool(device_list.previous_public) != bool(device_list.previous_signature):
        raise DecodeError("the old account key stands without its signature")
    fault = _fault_in_fields(device_list)
    if fault:
        raise DecodeError(fault)
    return device_list


def _read_device(reader: Reader) -> ListedDevice:
    return ListedDevice(reader.raw(ID_BYTES), reader.raw(KEY_BYTES), reader.u64())


def _read_optional(reader: Reader, length: int) -> bytes:
    value = reader.opaque()
    if len(value) not in (0, length):
        raise DecodeError("a key or signature has the wrong length")
    return value
