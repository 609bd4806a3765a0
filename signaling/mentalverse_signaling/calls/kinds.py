"""Kinds of sessions: data, so that an operator adds one without a line of code.

The kinds that are shipped lie in `kinds.json`; an operator's own file has the same
shape and goes before them, entry by entry. A kind says how many seats a call has, how
long it is meant to be, and which rules of a room hold in it. Nothing else in this
package knows a kind by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from ..call_events import (
    MAX_STAFF_SEATS,
    CallMedia,
    KindName,
)
from ..circle_events import MAX_PHASES, PhaseMinutes
from ..errors import BadRequest
from ..session_events import MAX_KINDS, AgendaPhase, Participants, SessionMinutes


class PlannedPhase(Struct, frozen=True, forbid_unknown_fields=True):
    """One item of an agenda."""

    phase: AgendaPhase
    minutes: PhaseMinutes


class Kind(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one kind of session is."""

    id: KindName
    minutes: SessionMinutes | None = None
    """How long it is meant to be; none where nobody plans it. Never cut off."""
    min_participants: Participants
    max_participants: Participants
    staff_seats: Annotated[int, Meta(ge=0, le=MAX_STAFF_SEATS)] = 0
    media: CallMedia = CallMedia.VIDEO
    is_low_bandwidth: bool = False
    is_relayed: bool = False
    """People's addresses are always hidden from each other."""
    is_led: bool = False
    """A facilitator leads the room: the table of rights and the succession hold."""
    has_waiting_room: bool = False
    """Participants wait until they are let in; the call has a group of its own."""
    needs_booking: bool = False
    needs_agreement: bool = False
    needs_screening: bool = False
    needs_licensed_lead: bool = False
    may_record: bool = True
    phases: Annotated[tuple[PlannedPhase, ...], Meta(max_length=MAX_PHASES)] = ()

    def __post_init__(self) -> None:
        if self.min_participants > self.max_participants:
            raise ValueError("fewer seats than people")
        if self.max_participants + self.staff_seats < 2:
            raise ValueError("nobody to talk with")
        if (self.has_waiting_room or self.needs_licensed_lead) and not self.is_led:
            raise ValueError("nobody to let people in")
        if self.is_led and not self.staff_seats:
            raise ValueError("no seat for whoever leads")


def read_kinds(document: bytes) -> tuple[Kind, ...]:
    """The kinds of a JSON document, a list of objects.

    Raises:
        BadRequest: not of that shape, a kind twice, or one that cannot be held.
    """
    try:
        kinds = msgspec.json.decode(document, type=tuple[Kind, ...])
    except msgspec.DecodeError as wrong:
        raise BadRequest(f"the kinds of sessions: {wrong}") from None
    if len(kinds) > MAX_KINDS or len({kind.id for kind in kinds}) < len(kinds):
        raise BadRequest("the kinds of sessions: too many, or one of them twice")
    return kinds


@cache
def shipped() -> tuple[Kind, ...]:
    """The kinds of `kinds.json`."""
    return read_kinds(files(__package__).joinpath("kinds.json").read_bytes())


def registry(own: Iterable[Kind] = ()) -> Mapping[str, Kind]:
    """Every kind by its id; an operator's own replaces a shipped one of its name."""
    return {kind.id: kind for kind in (*shipped(), *own)}
