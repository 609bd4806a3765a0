"""Who connects to whom, by the seats that are planned and what works."""

from __future__ import annotations

import pytest

from mentalverse_signaling.call_events import CallMedia, Topology
from mentalverse_signaling.calls.commands import HideAddresses
from mentalverse_signaling.calls.decide import decide
from mentalverse_signaling.calls.kinds import registry
from mentalverse_signaling.calls.topology import Route, pick
from mentalverse_signaling.errors import (
    BadRequest,
    RelayUnavailable,
    SfuUnavailable,
)
from support.call_room import START_MS, opened

VIDEO, AUDIO = CallMedia.VIDEO, CallMedia.AUDIO
P2P, MESH, SFU = Topology.P2P, Topology.MESH, Topology.SFU


@pytest.mark.parametrize(
    ("seats", "relay", "turn", "sfu", "expected"),
    [
        ((2, 0), False, True, True, Route(P2P, False, VIDEO)),
        ((1, 1), False, False, False, Route(P2P, False, VIDEO)),
        ((2, 0), True, True, True, Route(P2P, True, VIDEO)),
        ((3, 0), False, True, True, Route(MESH, False, VIDEO)),
        ((2, 1), True, True, False, Route(MESH, True, VIDEO)),
        ((4, 0), False, True, True, Route(SFU, False, VIDEO)),
        ((8, 2), False, True, True, Route(SFU, False, VIDEO)),
        ((8, 2), True, True, True, Route(SFU, False, VIDEO)),
        ((4, 0), False, True, False, Route(MESH, False, AUDIO)),
        ((4, 1), True, True, False, Route(MESH, True, AUDIO)),
        # An engine hides addresses as well as a relay does.
        ((2, 0), True, False, True, Route(SFU, False, VIDEO)),
        ((3, 0), True, False, True, Route(SFU, False, VIDEO)),
    ],
)
def test_the_route_of_a_call(
    seats: tuple[int, int], relay: bool, turn: bool, sfu: bool, expected: Route
) -> None:
    assert pick(*seats, relay=relay, turn=turn, sfu=sfu, media=VIDEO) == expected


@pytest.mark.parametrize("seats", [(6, 0), (4, 2), (8, 2)])
def test_six_and_more_need_an_engine_before_anybody_waits(
    seats: tuple[int, int],
) -> None:
    with pytest.raises(SfuUnavailable):
        pick(*seats, relay=False, turn=True, sfu=False, media=VIDEO)


@pytest.mark.parametrize("seats", [(2, 0), (3, 0), (5, 0), (8, 2)])
def test_an_address_is_never_shown_silently(seats: tuple[int, int]) -> None:
    with pytest.raises(RelayUnavailable):
        pick(*seats, relay=True, turn=False, sfu=False, media=VIDEO)


@pytest.mark.parametrize("seats", [(9, 0), (8, 3), (1, 0), (0, 1), (3, -1)])
def test_no_call_has_other_seats(seats: tuple[int, int]) -> None:
    with pytest.raises(BadRequest):
        pick(*seats, relay=False, turn=True, sfu=True, media=VIDEO)


def test_a_call_in_a_crisis_and_one_aside_hide_addresses() -> None:
    for kind in ("crisis", "side"):
        assert opened(kind).route.is_relayed
        with pytest.raises(RelayUnavailable):
            opened(kind, turn=False, sfu=False)


def test_addresses_are_hidden_again_for_whoever_comes_from_then_on() -> None:
    for kind in ("direct", "group"):
        call = opened(kind)
        hidden = decide(call, HideAddresses(), START_MS).call.route
        is_forwarded = call.route.topology is SFU
        assert hidden.topology is call.route.topology
        assert hidden.is_relayed is not is_forwarded


@pytest.mark.capability("S04")
def test_a_walk_is_a_call_of_voices_only() -> None:
    assert opened("walk_and_talk").route.media is AUDIO
    assert registry()["walk_and_talk"].is_low_bandwidth
