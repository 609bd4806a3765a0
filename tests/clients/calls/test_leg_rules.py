"""What a refusal means for a connection with a forwarder, and what must come by it."""

from __future__ import annotations

import pytest

from mentalverse_client.calls.leg_rules import (
    HURRY,
    HURRY_MS,
    LATER_MS,
    Verdict,
    is_claimed,
    retry_ms,
    verdict_of,
)
from mentalverse_client.errors import NotConnected
from mentalverse_signaling.call_events import CallRole, Presence, RosterMember
from mentalverse_signaling.errors import (
    BadSdp,
    NoSeat,
    NotFound,
    SfuUnavailable,
    SignalingError,
    StalePcGen,
)
from mentalverse_signaling.feed_events import FeedLabel, FeedView
from support.call_room import account, device

FEED = FeedView(f"{account('ada')}:1", account("ada"), device("ada"), FeedLabel.MAIN)


def member(**more: object) -> RosterMember:
    fields = {"presence": Presence.ON, "muted": False, "camera": False, **more}
    return RosterMember(
        account("ada"),
        device("ada"),
        "ada",
        1,
        CallRole.PARTICIPANT,
        1,
        joined_at=0,
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("command", "error", "verdict"),
    [
        ("feed.answer", StalePcGen(), Verdict.SUPERSEDED),
        ("feed.publish", StalePcGen(), Verdict.AGAIN),
        ("feed.answer", NotFound(), Verdict.REBUILD),
        ("feed.restart", NotFound(), Verdict.REBUILD),
        ("feed.subscribe", NotFound(), Verdict.AGAIN),
        ("feed.publish", NotConnected("no line"), Verdict.AGAIN),
        ("feed.publish", NoSeat(), Verdict.AGAIN),
        ("feed.publish", SfuUnavailable("", 300), Verdict.AGAIN),
        ("feed.publish", BadSdp(), Verdict.NEVER),
    ],
)
def test_a_refusal_ends_a_connection_only_where_it_says_so(
    command: str, error: NotConnected | SignalingError, verdict: Verdict
) -> None:
    assert verdict_of(command, error) is verdict


def test_it_is_tried_quickly_for_a_while_and_never_before_the_server_says() -> None:
    least, most = HURRY_MS
    assert retry_ms(0, None, lambda: 0.0) == least
    assert retry_ms(HURRY - 1, None, lambda: 1.0) == most
    assert retry_ms(HURRY, None, lambda: 0.0) == LATER_MS
    assert retry_ms(0, 700, lambda: 0.0) == 700


def test_something_has_to_come_from_who_is_there_and_sends() -> None:
    had = {FEED.feed}
    assert is_claimed([FEED], had, [member()])
    assert is_claimed([FEED], had, [member(muted=True, camera=True)])
    for silent in (member(muted=True), member(presence=Presence.AWAY)):
        assert not is_claimed([FEED], had, [silent])
    assert not is_claimed([FEED], set(), [member()])
    assert not is_claimed([], had, [member()])
