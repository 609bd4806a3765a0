"""Whose device commits when an epoch of a call has lasted long enough."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pytest

from mentalverse_client.calls.key_renewal import (
    EPOCH_LASTS_MS,
    RENEWAL_TURN_MS,
    Renewal,
    renew,
)
from mentalverse_signaling.call_events import (
    CallRole,
    Presence,
    RosterMember,
)
from mentalverse_signaling.ids import AccountId, DeviceId


def seat(name: str, number: int, role: CallRole = CallRole.PARTICIPANT) -> RosterMember:
    return RosterMember(
        member=AccountId(name),
        device=DeviceId(f"{name}-device"),
        handle=name,
        seat_no=number,
        role=role,
        conn_epoch=1,
        presence=Presence.ON,
        joined_at=0,
    )


ADA, BEN = seat("ada", 1), seat("ben", 2)
LEAD = seat("lead", 9, CallRole.FACILITATOR)
ALL = (ADA, BEN, LEAD)


def commits(
    own: RosterMember, members: Iterable[RosterMember], until_ms: int
) -> list[int]:
    """When a device commits, looked at each second while the epoch stays the same."""
    held: Renewal | None = None
    times = []
    for now_ms in range(0, until_ms + 1, 1_000):
        held, is_due = renew(held, 7, tuple(members), own.member, now_ms)
        if is_due:
            times.append(now_ms)
    return times


@pytest.mark.parametrize(("own", "turn"), [(LEAD, 0), (ADA, 1), (BEN, 2)])
def test_who_leads_commits_and_each_of_the_next_by_seat_half_a_minute_later(
    own: RosterMember, turn: int
) -> None:
    assert (
        commits(own, ALL, 2 * EPOCH_LASTS_MS)[0]
        == EPOCH_LASTS_MS + turn * RENEWAL_TURN_MS
    )


def test_who_is_away_takes_nobody_s_turn() -> None:
    away = msgspec.structs.replace(LEAD, presence=Presence.AWAY)
    assert commits(ADA, (ADA, BEN, away), EPOCH_LASTS_MS) == [EPOCH_LASTS_MS]


def test_a_commit_that_did_not_come_through_is_tried_again_once_a_turn() -> None:
    times = commits(LEAD, ALL, EPOCH_LASTS_MS + 2 * RENEWAL_TURN_MS)
    assert times == [EPOCH_LASTS_MS + turn * RENEWAL_TURN_MS for turn in range(3)]


def test_another_epoch_begins_the_quarter_of_an_hour_anew() -> None:
    held, _ = renew(None, 7, ALL, LEAD.member, 0)
    later, is_due = renew(held, 8, ALL, LEAD.member, EPOCH_LASTS_MS)
    assert not is_due
    assert renew(later, 8, ALL, LEAD.member, 2 * EPOCH_LASTS_MS)[1]


def test_who_has_no_seat_commits_nothing() -> None:
    assert commits(seat("cy", 3), ALL, 2 * EPOCH_LASTS_MS) == []
