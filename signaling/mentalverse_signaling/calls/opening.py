"""A call opens: what it is for, how its media goes, and who is told."""

from __future__ import annotations

from ..call_events import CallMedia
from ..conversation import ConversationKind
from ..errors import BadRequest
from ..ids import AccountId, CallId, ConversationId, SessionId
from .decide import Decision
from .draft import Draft
from .kinds import Kind
from .model import Call
from .topology import pick
from .views import call_view


def open_call(
    call: CallId,
    conversation: ConversationId,
    conversation_kind: ConversationKind,
    kind: Kind,
    *,
    by: AccountId,
    media: CallMedia,
    relay: bool,
    turn: bool,
    sfu: bool,
    now_ms: int,
    session: SessionId | None = None,
    starts_at_ms: int | None = None,
    minutes: int | None = None,
    capacity: int | None = None,
    needs_screening: bool = False,
    agreement_hashes: tuple[str, ...] = (),
) -> Decision:
    """A call that nobody is in yet.

    Args:
        call: A new id.
        conversation: Where it belongs.
        conversation_kind: Of that conversation.
        kind: Of the session; says which rules hold.
        by: Who opens it; they still have to join.
        media: What is asked for; the kind or the route may allow less.
        relay: Whether the two wish to hide their addresses; a kind may demand it.
        turn: Whether a TURN server works.
        sfu: Whether an engine works and has room.
        now_ms: By the server's clock.
        session: The planned one it belongs to.
        starts_at_ms: When that is planned to begin.
        minutes: Its length, if it is not the kind's.
        capacity: Its seats for participants, if they are fewer than the kind's.
        needs_screening: Whether only who was found to fit may come.
        agreement_hashes: Of the agreement in force, in each language; kept where the
            kind asks for one.

    Raises:
        BadRequest: a capacity that the kind does not have, or no agreement to accept.
        RelayUnavailable: addresses have to be hidden, and nothing can hide them.
        SfuUnavailable: too many seats for a mesh, and no engine.
    """
    seats = kind.max_participants if capacity is None else capacity
    if not kind.min_participants <= seats <= kind.max_participants:
        raise BadRequest("this kind of session has other seats")
    if kind.needs_agreement and not agreement_hashes:
        raise BadRequest("there is no agreement to accept")
    audio = CallMedia.AUDIO in (media, kind.media)
    route = pick(
        seats,
        kind.staff_seats,
        relay=relay or kind.is_relayed,
        turn=turn,
        sfu=sfu,
        media=CallMedia.AUDIO if audio else CallMedia.VIDEO,
    )
    opened = Call(
        id=call,
        conversation=conversation,
        conversation_kind=conversation_kind,
        kind=kind,
        route=route,
        started_by=by,
        opened_at_ms=now_ms,
        session=session,
        starts_at_ms=starts_at_ms,
        planned_minutes=kind.minutes if minutes is None else minutes,
        capacity=seats,
        needs_screening=needs_screening or kind.needs_screening,
        agreement_hashes=agreement_hashes if kind.needs_agreement else (),
        group=None if kind.has_waiting_room else conversation,
        is_locked=kind.has_waiting_room,
        empty_since_ms=now_ms,
    )
    draft = Draft(opened, now_ms)
    draft.push_conversation("call.started", view=call_view(opened))
    return Decision(draft.call, tuple(draft.effects))
