"""What goes with a commit, in parts small enough for the server to carry.

On the hybrid suite every leaf and every node of the tree takes more than a kilobyte:
of a group of two dozen devices, Welcome and GroupInfo do not fit a message any more,
and the commit that founds it does not either. Large parts are stored as blobs, and
what `detached` of `mentalverse_crypto` defines goes in their place. Nothing of this is
secret from the server that was not before: it carries the same octets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mentalverse_crypto.ciphersuite import Rng
from mentalverse_crypto.detached import BLOB_BYTES, Detached
from mentalverse_crypto.headers import detach_commit
from mentalverse_signaling.envelope import MAX_BUNDLE_BYTES

from ..store.records import Part

MAX_CARRIED_BYTES = 40 * 1024
"""A part above this is stored as a blob, whatever else there is."""

_Detach = Callable[[bytes, bytes], Detached]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A commit and what goes with it, as they are sent."""

    commit: bytes = field(repr=False)
    welcome: bytes | None = field(repr=False)
    group_info: bytes | None = field(repr=False)
    parts: tuple[Part, ...]
    """To be stored before anything that refers to them is sent."""


def carried(
    rng: Rng, commit: bytes, welcome: bytes | None, group_info: bytes | None
) -> Bundle:
    """The bundle of a member's commit, with its largest parts detached."""
    how: dict[str, _Detach] = {
        "commit": detach_commit,
        "welcome": Detached.of,
        "group_info": Detached.of,
    }
    return _carried(rng, commit, welcome, group_info, how)


def carried_from_outside(rng: Rng, commit: bytes, group_info: bytes) -> Bundle:
    """As `carried`, for a commit from outside: of that the server reads all."""
    return _carried(rng, commit, None, group_info, {"group_info": Detached.of})


def _carried(
    rng: Rng,
    commit: bytes,
    welcome: bytes | None,
    group_info: bytes | None,
    how: dict[str, _Detach],
) -> Bundle:
    sent = {"commit": commit, "welcome": welcome, "group_info": group_info}
    parts: list[Part] = []
    for name in sorted(how, key=lambda name: len(sent[name] or b""), reverse=True):
        octets = sent[name] or b""
        total = sum(len(part or b"") for part in sent.values())
        if len(octets) > MAX_CARRIED_BYTES or total > MAX_BUNDLE_BYTES:
            blob = rng(BLOB_BYTES)
            sent[name] = how[name](octets, blob).encode()
            parts.append(Part(blob=blob, octets=octets))
    return Bundle(
        sent["commit"] or b"", sent["welcome"], sent["group_info"], tuple(parts)
    )
