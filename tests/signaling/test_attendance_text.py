"""What is signed of a call stays as it was: receipts outlive versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_signaling.attendance_text import (
    MINUTE_MS,
    is_signed_for,
    leaves_receipts,
    receipt_octets,
    whole_minutes,
)
from mentalverse_signaling.call_events import CallRole
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId, CallId, DeviceId, SessionId

CALL, SESSION = CallId("c" * 32), SessionId("5" * 32)
PARTY = AccountId("a" * 32), DeviceId("d" * 32)
MARKS = (b"\x01" * 32, b"\x02" * 32)


def _octets(**other: object) -> bytes:
    said = {
        "call": CALL,
        "session": SESSION,
        "party": PARTY,
        "role": CallRole.PARTICIPANT,
        "minutes": 50,
        "marks": MARKS,
    }
    return receipt_octets(**{**said, **other})  # type: ignore[arg-type]


def test_the_octets_do_not_change() -> None:
    """Browsers have the same: `tests/interop` compares them."""
    assert _octets().hex() == (
        b"MentalVerse attendance receipt v1".hex()
        + "c" * 32
        + "5" * 32
        + "a" * 32
        + "d" * 32
        + "00"
        + "0032"
        + "f818afd37a6dc3bc92fb44731011277006db4efa6e9023cd7468c02335d22a4d"
    )


@pytest.mark.parametrize(
    "other",
    [
        {"call": CallId("e" * 32)},
        {"session": None},
        {"session": SessionId("6" * 32)},
        {"party": (PARTY[0], DeviceId("e" * 32))},
        {"party": (AccountId("e" * 32), PARTY[1])},
        {"role": CallRole.FACILITATOR},
        {"minutes": 51},
        {"marks": MARKS[:1]},
    ],
    ids=str,
)
def test_everything_that_is_said_is_signed(other: dict[str, object]) -> None:
    assert _octets(**other) != _octets()
    assert len(_octets(**other)) == len(_octets())


def test_marks_are_signed_in_no_order_but_their_own() -> None:
    assert _octets(marks=MARKS[::-1]) == _octets()


@given(st.integers(0, 2**40))
def test_minutes_are_the_nearest(lasted_ms: int) -> None:
    assert abs(whole_minutes(lasted_ms) * MINUTE_MS - lasted_ms) <= MINUTE_MS // 2


@pytest.mark.parametrize("kind", ConversationKind)
@pytest.mark.parametrize("minutes", [0, 4, 5, 50])
def test_which_calls_are_signed_for(kind: ConversationKind, minutes: int) -> None:
    """Never those of a crisis, nor aside; unplanned ones from five minutes on."""
    silent = kind in (ConversationKind.CRISIS, ConversationKind.SIDE)
    assert leaves_receipts(kind) is not silent
    assert is_signed_for(kind, SESSION, minutes) is not silent
    assert is_signed_for(kind, None, minutes) is (not silent and minutes >= 5)
