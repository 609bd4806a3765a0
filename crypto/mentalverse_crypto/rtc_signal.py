"""The body of a content that sets up a connection between two devices of a call.

| ``t``      | ``b``                                                                |
|------------|----------------------------------------------------------------------|
| rtc.signal | ``kind``, ``call``, ``to``, ``pc_gen``, ``sdp``?, ``mid_map``,       |
|            | ``candidates``                                                       |

It is carried beside the log and read by the one device that ``to`` names; a server that
hands it to another, or in another call, is noticed. ``pc_gen`` counts the connections
that the two tried, and is what the server was told.

``kind`` decides what stands in it: an offer or answer has ``sdp`` (RFC 8829) and
``mid_map``, of each m-line that carries something (``mid``) the slot whose keys its
frames are under; candidates have ``candidates``, each ``mid`` and ``candidate``
(RFC 8839). end says that the sender has closed the connection, restart asks the other
side to restart ICE, replace that the connection before is given up for one of this
``pc_gen``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from .errors import ContentInvalid
from .ijson import Json, Members, unknown_members
from .media_slots import Slot

MAX_SDP_CHARACTERS = 14_000
"""Longest ``sdp``; a sealed signal has to stay below the server's limit."""
MAX_MAPPED = 16
"""Most m-lines that carry something."""
MAX_CANDIDATES = 32
"""Most candidates of one signal."""
MAX_CANDIDATE_CHARACTERS = 400
"""Longest ``candidate``."""
MAX_MID_CHARACTERS = 16
"""Longest identification of an m-line (RFC 5888)."""
MAX_PC_GEN = 1_000_000
"""More connections than two devices can try in one call."""
ID_BYTES = 16
"""Length of ``call`` and ``to``."""


class RtcSignalKind(StrEnum):
    """What a signal says."""

    OFFER = "offer"
    ANSWER = "answer"
    CANDIDATES = "candidates"
    END = "end"
    RESTART = "restart"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class MappedMid:
    """What one m-line carries."""

    mid: str
    slot: Slot
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class RtcCandidate:
    """An address at which the sender may be reached."""

    mid: str
    candidate: str = field(repr=False)
    """The attribute, ``candidate:`` and on."""
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class RtcSignal:
    """One step of two devices towards each other."""

    type: ClassVar[str] = "rtc.signal"
    kind: RtcSignalKind
    call: bytes
    """`ID_BYTES` octets."""
    to: bytes
    """Id of the device that it is for, `ID_BYTES` octets."""
    pc_gen: int
    """From 1."""
    sdp: str | None = field(default=None, repr=False)
    """Of an offer or answer."""
    mid_map: tuple[MappedMid, ...] = ()
    candidates: tuple[RtcCandidate, ...] = ()
    extra: Mapping[str, Json] = unknown_members()


def read_rtc_signal(body: Members) -> RtcSignal:
    """The body of type ``rtc.signal``."""
    try:
        kind = RtcSignalKind(body.text("kind"))
    except ValueError:
        raise ContentInvalid("kind is none of the six") from None
    signal = RtcSignal(
        kind,
        body.octets("call", ID_BYTES),
        body.octets("to", ID_BYTES),
        body.integer("pc_gen", 1, MAX_PC_GEN),
        body.optional_text("sdp", MAX_SDP_CHARACTERS),
        tuple(map(_read_mapped, body.objects("mid_map", MAX_MAPPED))),
        tuple(map(_read_candidate, body.objects("candidates", MAX_CANDIDATES))),
        body.rest(),
    )
    _check(signal)
    return signal


def _check(signal: RtcSignal) -> None:
    describes = signal.kind in (RtcSignalKind.OFFER, RtcSignalKind.ANSWER)
    if describes != (signal.sdp is not None):
        raise ContentInvalid("sdp belongs to offers and answers, and to each of them")
    if not describes and signal.mid_map:
        raise ContentInvalid("mid_map belongs to offers and answers")
    if (signal.kind is RtcSignalKind.CANDIDATES) != bool(signal.candidates):
        raise ContentInvalid("candidates belong to their kind, and there is one")
    if len({each.mid for each in signal.mid_map}) != len(signal.mid_map):
        raise ContentInvalid("an m-line stands twice in mid_map")


def _read_mapped(mapped: Members) -> MappedMid:
    mid = mapped.text("mid", MAX_MID_CHARACTERS)
    slot = Slot(mapped.integer("slot", most=max(Slot)))
    return MappedMid(mid, slot, mapped.rest())


def _read_candidate(one: Members) -> RtcCandidate:
    mid = one.text("mid", MAX_MID_CHARACTERS)
    candidate = one.text("candidate", MAX_CANDIDATE_CHARACTERS)
    return RtcCandidate(mid, candidate, one.rest())
