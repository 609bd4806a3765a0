"""Halves of keys of sealed locations: one's own, and those that came in messages."""

from __future__ import annotations

import msgspec

from mentalverse_crypto.carried import LocationKey

from .records import load, save
from .vault import Transaction, Vault

MOST_OF_A_CONVERSATION = 4
"""How many are kept of those that came in one: a case needs one, and another place
sealed in its stead another."""
_HEARD = "location_halves"
_OWN = "location_own"


class OwnHalf(msgspec.Struct, frozen=True, kw_only=True):
    """The team's half of what this device sealed last, and who has been told."""

    case: str
    key: bytes
    sha256: bytes
    told: tuple[str, ...] = ()


def own_half(vault: Vault) -> OwnHalf | None:
    """Of the location that this device has sealed."""
    return load(vault, OwnHalf, _OWN)


def save_own_half(write: Transaction, half: OwnHalf) -> None:
    """In the place of the one before."""
    save(write, _OWN, half)


def forget_own_half(write: Transaction) -> None:
    """Taken back, or the case is over."""
    write.delete(_OWN, "")


class HeardHalf(msgspec.Struct, frozen=True):
    """A half that somebody has told."""

    case: bytes
    key: bytes
    sha256: bytes
    """Of the envelope."""


class HeardHalves(msgspec.Struct, frozen=True):
    """Those of one conversation, the newest last."""

    halves: tuple[HeardHalf, ...] = ()


def note_half(
    vault: Vault, write: Transaction, conversation: str, body: LocationKey
) -> None:
    """Keep a half that came in a message; the newest few of each conversation.

    So nobody fills the device, and nobody who tells many takes the place of another.
    """
    before = load(vault, HeardHalves, _HEARD, conversation) or HeardHalves()
    others = tuple(one for one in before.halves if one.sha256 != body.sha256)
    halves = (*others, HeardHalf(body.case, body.key, body.sha256))
    kept = HeardHalves(halves[-MOST_OF_A_CONVERSATION:])
    save(write, _HEARD, kept, conversation)


def heard_half(vault: Vault, case: bytes, sha256: bytes) -> bytes | None:
    """The half of an envelope of this case, if somebody has told it."""
    for conversation in vault.names(_HEARD):
        heard = load(vault, HeardHalves, _HEARD, conversation) or HeardHalves()
        for half in heard.halves:
            if half.case == case and half.sha256 == sha256:
                return half.key
    return None
