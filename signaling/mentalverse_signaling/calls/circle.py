"""The tools of a room: hands, the talking piece, the spotlight, who presents.

All of it is order, and the order is the server's: hands stand as they came, the piece
goes round in the order that was fixed when the round began. Passing is always allowed
to whoever has the piece, and lowering one's hand to whoever raised it. The timer of a
turn tells everybody and does nothing else.
"""

from __future__ import annotations

import msgspec

from ..circle_events import TimeScope
from ..errors import BadRequest, NotNow, RoleRequired
from ..feed_events import FeedLabel
from ..ids import AccountId
from . import feeds
from .commands import (
    ClaimScreen,
    LowerHand,
    OpenSide,
    PassPiece,
    RaiseHand,
    ReleaseScreen,
    RevokeScreen,
    Spotlight,
    StartPiece,
    StopPiece,
)
from .draft import Draft
from .effects import Act
from .model import Piece, feed_id
from .rights import Power
from .views import piece_view

# --- hands ---


def raise_hand(draft: Draft, command: RaiseHand) -> None:
    """Ask to speak; a hand that is up keeps its place."""
    seat = draft.require_seat(command.account, command.conn_id)
    hands = draft.call.hands
    if seat.account in hands:
        return
    draft.change(hands=(*hands, seat.account))
    draft.push_all("hand.raised", member=seat.account, place=len(hands) + 1)


def lower_hand(draft: Draft, command: LowerHand) -> None:
    """One's own, or by who leads another's."""
    seat = draft.require_seat(command.account, command.conn_id)
    member = command.member or seat.account
    if member != seat.account:
        draft.require_power(command.account, command.conn_id, Power.LOWER_HANDS)
    _lower(draft, member)


def _lower(draft: Draft, member: AccountId) -> None:
    hands = draft.call.hands
    if member in hands:
        draft.change(hands=tuple(one for one in hands if one != member))
        draft.push_all("hand.lowered", member=member)


# --- the talking piece ---


def start_piece(draft: Draft, command: StartPiece) -> None:
    """Begin a round, in seat order unless another is given."""
    draft.require_power(command.account, command.conn_id, Power.STEER_PIECE)
    seats = draft.call.seats
    order = command.order or tuple(one.account for one in draft.call.in_order())
    if len(set(order)) < len(order) or not set(order) <= set(seats):
        raise BadRequest("a round names each seat once at most")
    turn_ms = None if command.turn_seconds is None else command.turn_seconds * 1000
    _turn_to(draft, order, 0, turn_ms, "piece.started")


def pass_piece(draft: Draft, command: PassPiece) -> None:
    """Pass it on: whoever has it, or who leads. A turn that is over passes nothing."""
    seat = draft.require_seat(command.account, command.conn_id)
    piece = draft.call.piece
    if piece is None:
        raise NotNow("no piece goes round")
    if seat.account not in piece.order:
        draft.require_power(command.account, command.conn_id, Power.STEER_PIECE)
    if command.turn != piece.turn:
        return
    if seat.account != piece.holder:
        draft.require_power(command.account, command.conn_id, Power.STEER_PIECE)
    _pass(draft, piece)


def stop_piece(draft: Draft, command: StopPiece) -> None:
    """End the round."""
    draft.require_power(command.account, command.conn_id, Power.STEER_PIECE)
    if draft.call.piece is not None:
        _stop_piece(draft)


def turn_is_over(draft: Draft) -> None:
    """The timer tells it, once, and mutes nobody."""
    piece = draft.call.piece
    if piece is not None:
        draft.change(piece=msgspec.structs.replace(piece, is_turn_told=True))
        draft.push_all("time.announced", scope=TimeScope.TURN, remaining_minutes=0)


def _pass(draft: Draft, piece: Piece) -> None:
    """To the next in the order who is there; after the last the round is over."""
    for at in range(piece.at + 1, len(piece.order)):
        if piece.order[at] in draft.call.seats:
            _turn_to(draft, piece.order, at, piece.turn_ms, "piece.passed")
            return
    _stop_piece(draft)


def _turn_to(
    draft: Draft, order: tuple[AccountId, ...], at: int, turn_ms: int | None, event: str
) -> None:
    turn = draft.call.last_turn + 1
    ends_ms = None if turn_ms is None else draft.now_ms + turn_ms
    piece = Piece(order, at, turn, turn_ms, ends_ms)
    draft.change(piece=piece, last_turn=turn)
    draft.push_all(event, piece=piece_view(piece))


def _stop_piece(draft: Draft) -> None:
    draft.change(piece=None)
    draft.push_all("piece.stopped")


# --- who is looked at ---


def spotlight(draft: Draft, command: Spotlight) -> None:
    """Show one member large, or nobody."""
    draft.require_power(command.account, command.conn_id, Power.SPOTLIGHT)
    if command.member is not None:
        draft.seat(command.member)
    _shine(draft, command.member)


def _shine(draft: Draft, member: AccountId | None) -> None:
    if draft.call.spotlight != member:
        draft.change(spotlight=member)
        draft.push_all("room.spotlit", member=member)


def claim_screen(draft: Draft, command: ClaimScreen) -> None:
    """Become the one who presents, unless somebody does."""
    seat = draft.require_seat(command.account, command.conn_id)
    presenter = draft.call.presenter
    if presenter == seat.account:
        return
    if presenter is not None:
        raise NotNow("somebody else presents")
    draft.change(presenter=seat.account)
    draft.push_all("screen.claimed", member=seat.account)


def release_screen(draft: Draft, command: ReleaseScreen) -> None:
    """Stop presenting; nothing for whoever does not."""
    seat = draft.require_seat(command.account, command.conn_id)
    stop_presenting(draft, seat.account)


def revoke_screen(draft: Draft, command: RevokeScreen) -> None:
    """End whoever's presentation."""
    seat = draft.require_power(command.account, command.conn_id, Power.REVOKE_SCREEN)
    presenter = draft.call.presenter
    if presenter is not None:
        draft.note(Act.REVOKED_SCREEN, seat.account, on=presenter)
        stop_presenting(draft, presenter, is_revoked=True)


def stop_presenting(
    draft: Draft, account: AccountId, *, is_revoked: bool = False
) -> None:
    """The token is free again, and the screen is gone; nothing for whoever had none."""
    if draft.call.presenter != account:
        return
    seat = draft.call.seats[account]
    screen = feed_id(account, seat.conn_epoch, FeedLabel.SCREEN)
    if screen in draft.call.feeds:
        feeds.end(draft, draft.call.feeds[screen])
    draft.change(presenter=None)
    draft.push_all("screen.released", is_revoked=is_revoked)


def may_open_side(draft: Draft, command: OpenSide) -> None:
    """Refuse who may not ask somebody aside; the call aside is another call."""
    draft.require_power(command.account, command.conn_id, Power.OPEN_SIDE)
    if draft.seat(command.member).account == command.account:
        raise RoleRequired("nobody steps aside with themselves")


def leave(draft: Draft, account: AccountId) -> None:
    """Somebody's seat is about to be free: nothing of theirs stays in the room."""
    _lower(draft, account)
    stop_presenting(draft, account)
    if draft.call.spotlight == account:
        _shine(draft, None)
    piece = draft.call.piece
    if piece is not None and piece.holder == account:
        _pass(draft, piece)
