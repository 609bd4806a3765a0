"""Receipts and claims in both languages: the same marks, the same octets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_signaling.attendance_text import receipt_octets
from mentalverse_signaling.call_events import CallRole
from mentalverse_signaling.claim_events import ClaimKind, claim_octets
from mentalverse_signaling.ids import (
    AccountId,
    CallId,
    ConversationId,
    DeviceId,
    SessionId,
)
from support.cast import Cast

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=60)
CALL, SESSION = bytes(range(16)), bytes(range(16, 32))
ids = st.binary(min_size=16, max_size=16).map(bytes.hex)
marks = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=64)


@pytest.mark.capability("S01")
def test_members_alone_make_the_mark_of_an_epoch(cast: Cast) -> None:
    """Equal for all of both languages, another one in each epoch, call and session."""
    of = cast.group(3)
    seen = set[bytes]()
    for _ in range(2):
        for session, call in ((SESSION, CALL), (CALL, CALL), (SESSION, SESSION)):
            made = {member.attendance_mark(session, call) for member in of.members}
            assert len(made) == 1
            seen |= made
        of.commit(of.members[0])
    assert len(seen) == 6
    assert {len(mark) for mark in seen} == {32}


def test_a_mark_is_not_the_exported_secret(cast: Cast) -> None:
    """What the server sees is one step away from what members share."""
    (member, *_) = cast.group(2).members
    secret = member.export("MentalVerse attendance v1", SESSION, 32)
    assert member.attendance_mark(SESSION, CALL) != secret


@repeatable
@given(
    *(ids, st.none() | ids, ids, ids),
    *(st.sampled_from(CallRole), st.integers(0, 1440), marks),
)
def test_devices_sign_the_same_octets(
    formats: JsPeer,
    call: str,
    session: str | None,
    account: str,
    device: str,
    role: CallRole,
    minutes: int,
    marks: list[bytes],
) -> None:
    theirs = formats.call(
        "receiptOctets",
        call=call,
        session=session,
        account=account,
        device=device,
        role=role.value,
        minutes=minutes,
        marks=marks,
    )
    ours = receipt_octets(
        CallId(call),
        None if session is None else SessionId(session),
        (AccountId(account), DeviceId(device)),
        role,
        minutes,
        marks,
    )
    assert octets(theirs) == ours


@repeatable
@given(
    *(ids, st.sampled_from(ClaimKind)),
    *(st.binary(min_size=16, max_size=16), st.integers(0, 2**32 - 1)),
)
def test_both_sign_the_same_claim(
    formats: JsPeer, conversation: str, kind: ClaimKind, ref: bytes, day: int
) -> None:
    theirs = formats.call(
        "claimOctets", conversation=conversation, kind=kind.value, ref=ref, day=day
    )
    assert octets(theirs) == claim_octets(ConversationId(conversation), kind, ref, day)
