"""A call while it is decided on: a working copy, and what is to be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from .. import call_notices, circle_events, feed_events, recording_events
from ..errors import NoSeat, StaleConnection
from ..fields import Fact
from ..ids import AccountId, ClientId, DeviceId
from . import rights
from .effects import (
    Act,
    Audience,
    Conversation,
    Effect,
    Everybody,
    Member,
    Noted,
    Push,
    Staff,
)
from .model import Call, Seat
from .rights import Power
from .views import roster_member

FACTS: Mapping[str, type[Fact]] = dict(
    (
        *call_notices.EVENTS,
        *circle_events.EVENTS,
        *feed_events.EVENTS,
        *recording_events.EVENTS,
    )
)
"""The payload of each event of a call."""


class Draft:
    """The one value of this package that changes, for the length of one decision."""

    def __init__(self, call: Call, now_ms: int) -> None:
        self.call = call
        self.now_ms = now_ms
        self.effects: list[Effect] = []

    def change(self, **fields: Any) -> None:
        """The call with other fields."""
        self.call = msgspec.structs.replace(self.call, **fields)

    # --- seats ---

    def seat(self, account: AccountId) -> Seat:
        """Somebody's seat; `NoSeat` if they hold none."""
        found = self.call.seats.get(account)
        if found is None:
            raise NoSeat("no seat of this call is theirs")
        return found

    def seat_of(self, device: DeviceId) -> Seat:
        """The seat a device sits on; `NoSeat` if it sits on none."""
        for seat in self.call.seats.values():
            if seat.device == device:
                return seat
        raise NoSeat("no seat of this call is theirs")

    def require_seat(self, account: AccountId, conn_id: ClientId) -> Seat:
        """The seat that this connection holds.

        Raises:
            NoSeat: the account holds none.
            StaleConnection: another connection of the account has it.
        """
        seat = self.seat(account)
        if seat.conn_id != conn_id:
            raise StaleConnection("another connection of the account has the seat")
        return seat

    def require_power(
        self, account: AccountId, conn_id: ClientId, power: Power
    ) -> Seat:
        """The seat of this connection, if it has a power; `RoleRequired` if not."""
        seat = self.require_seat(account, conn_id)
        rights.require(
            seat.role,
            power,
            is_led=self.call.kind.is_led,
            seats=len(self.call.seats),
        )
        return seat

    def change_seat(self, account: AccountId, **fields: Any) -> Seat:
        """The seat with other fields; told to everybody if it looks different."""
        before = self.call.seats[account]
        after = msgspec.structs.replace(before, **fields)
        shown = roster_member(self.call, before)
        self.put_seat(after)
        self.show(account, shown)
        return after

    def put_seat(self, seat: Seat) -> None:
        """The seat as it is now, without a word to anybody."""
        self.change(seats={**self.call.seats, seat.account: seat})

    def show(self, account: AccountId, shown: Fact) -> None:
        """Tell everybody how a seat looks, unless that is how it was `shown`."""
        looks = roster_member(self.call, self.call.seats[account])
        if looks != shown:
            self.push_all("member.changed", changed=looks)

    # --- what comes of it ---

    def tell(self, *effects: Effect) -> None:
        """Have something done once the decision is written."""
        self.effects.extend(effects)

    def push_all(self, event: str, **fields: Any) -> None:
        """Send everybody an event; the call's counter grows by one."""
        self.change(seq=self.call.seq + 1)
        self.push(Everybody(), event, **fields)

    def push_conversation(
        self,
        event: str,
        own: Mapping[AccountId, Mapping[str, Any]] | None = None,
        **fields: Any,
    ) -> None:
        """Send every device of the conversation an event; it is counted, too.

        `own` has fields that these accounts get in the place of the others'.
        """
        self.change(seq=self.call.seq + 1)
        facts = {
            account: self._fact(event, {**fields, **other})
            for account, other in (own or {}).items()
        }
        self.tell(Push(Conversation(), event, self._fact(event, fields), facts))

    def push(self, to: Audience, event: str, **fields: Any) -> None:
        """Send some an event, with the number of the last one for everybody."""
        self.tell(Push(to, event, self._fact(event, fields)))

    def push_member(self, account: AccountId, event: str, **fields: Any) -> None:
        """Send one person an event."""
        self.push(Member(account), event, **fields)

    def push_staff(
        self, event: str, also: AccountId | None = None, **fields: Any
    ) -> None:
        """Send those who lead an event, and whoever it is about."""
        self.push(Staff(also), event, **fields)

    def note(self, act: Act, by: AccountId | None, **fields: Any) -> None:
        """Have something written down."""
        self.tell(Noted(act=act, at_ms=self.now_ms, by=by, **fields))

    def _fact(self, event: str, fields: Mapping[str, Any]) -> Fact:
        return FACTS[event](call=self.call.id, seq=self.call.seq, **fields)
