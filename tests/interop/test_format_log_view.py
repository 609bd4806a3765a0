"""What a device holds of the log, and when it was lied to: both decide alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto import log_entry, log_view
from mentalverse_crypto.log_view import (
    Awaited,
    LogView,
    Observed,
    SplitKind,
    SplitView,
)
from mentalverse_crypto.transparency import SignedHead
from support.formats import assert_agreed, describe, ours, theirs
from support.mutations import bit_flips, truncations
from support.transparency_log import LoggingService

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SIZE = 7

repeatable = settings(database=None, deadline=None, derandomize=True)


def octets_of(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length, max_size=length)


def _service(last: int) -> LoggingService:
    service = LoggingService(NOW)
    for seq in range(SIZE):
        key = bytes((seq if seq < SIZE - 2 else last,)) * 32
        service.record(log_entry.as_key_entry(seq, key, seq, NOW))
    return service


HONEST, SPLIT = _service(100), _service(200)
"""Two logs under one key that differ from the entry before the last on."""
STRANGER = LoggingService(NOW, seed=71)

u64s = st.integers(0, 2**64 - 1)
any_head = st.builds(
    SignedHead, octets_of(32), u64s, octets_of(32), u64s, octets_of(64)
)
any_view = st.builds(
    LogView,
    octets_of(32),
    st.none() | any_head,
    st.lists(st.builds(Awaited, any_head, u64s), max_size=4).map(tuple),
    st.none() | st.builds(SplitView, st.sampled_from(SplitKind), any_head, any_head),
)


@repeatable
@given(view=any_view)
def test_any_view_is_the_same_value_and_octets(formats: JsPeer, view: LogView) -> None:
    data, value = view.encode(), describe(view)
    assert formats.call("readLogView", data=data) == value
    assert octets(formats.call("writeLogView", value=value)) == data


def test_damaged_views_are_read_alike(formats: JsPeer) -> None:
    head = HONEST.head(NOW)
    whole = LogView(
        HONEST.public,
        head,
        (Awaited(SPLIT.head(NOW), 5),),
        SplitView(SplitKind.NO_PROOF, head, SPLIT.head(NOW)),
    ).encode()
    damaged = (*bit_flips(whole), *truncations(whole), whole + b"\x00")
    said = assert_agreed(
        formats,
        "readLogView",
        damaged,
        lambda data: describe(LogView.decode(data)),
    )
    assert ("refused", "mls.decode") in said


shown = st.tuples(
    st.sampled_from([HONEST, HONEST, SPLIT, STRANGER]),
    st.integers(0, SIZE),
    st.integers(-2, 2),
    st.sampled_from(["none", "right", "right", "wrong"]),
    st.integers(0, 30 * 3_600_000),
)


@settings(repeatable, max_examples=300)
@given(steps=st.lists(shown, min_size=1, max_size=12))
def test_whatever_heads_are_shown_both_hold_the_same_view(
    formats: JsPeer, steps: list[tuple[Any, int, int, str, int]]
) -> None:
    """Heads of an honest log, of a second one under its key and of a stranger's."""
    view = LogView(HONEST.public)
    empty = octets(formats.call("emptyView", logPublic=HONEST.public))
    assert empty == view.encode()
    now = NOW
    for service, size, minutes, proving, later_ms in steps:
        now += timedelta(milliseconds=later_ms)
        now_ms = log_entry.unix_milliseconds(now)
        size = min(size, len(service.entries))
        head = service.head(NOW + timedelta(minutes=minutes), size)
        proof = _proof(service, view, size, proving)
        fields = {"view": view.encode(), "head": head.encode(), "now": now_ms}
        said = theirs(formats, "observe", [fields | {"proof": proof}])[0]
        mine = ours(lambda v=view, h=head, n=now, p=proof: log_view.observe(v, h, n, p))  # type: ignore[misc]
        if mine[0] == "refused":
            assert said == mine
            continue
        view, observed = mine[1]
        assert (octets(said[1][0]), said[1][1]) == (view.encode(), observed.value)
        wanted = describe(log_view.proofs_wanted(view))
        assert formats.call("proofsWanted", view=view.encode()) == wanted
        checked = formats.call("checkDeadline", view=view.encode(), now=now_ms)
        view = log_view.check_deadline(view, now)
        assert octets(checked) == view.encode()


def _proof(
    service: LoggingService, view: LogView, size: int, proving: str
) -> tuple[bytes, ...] | None:
    if proving == "none":
        return None
    first, second = sorted((size, 0 if view.head is None else view.head.size))
    if proving == "wrong" or second > len(service.entries):
        return (bytes(32),)
    return service.growth(first, second)


def test_every_outcome_and_both_kinds_of_split_come_up(formats: JsPeer) -> None:
    """What the test above relies on: its steps reach all that can be observed."""
    view = LogView(HONEST.public)
    seen = set()
    late = NOW + timedelta(hours=24)
    for head, proof in (
        (HONEST.head(NOW, 4), None),
        (HONEST.head(NOW, 4), None),
        (HONEST.head(NOW, 6), None),
        (HONEST.head(NOW, 3), HONEST.growth(3, 4)),
        (SPLIT.head(NOW, 7), None),
        (HONEST.head(NOW, 7), HONEST.growth(4, 7)),
    ):
        view, observed = log_view.observe(view, head, NOW, proof)
        seen.add(observed)
    assert seen == set(Observed)
    assert view.split is not None
    assert view.split.kind is SplitKind.CONTRADICTION

    calm = replace(view, split=None)
    for now in (late - timedelta(milliseconds=1), late):
        mine = log_view.check_deadline(calm, now)
        now_ms = log_entry.unix_milliseconds(now)
        told = formats.call("checkDeadline", view=calm.encode(), now=now_ms)
        assert octets(told) == mine.encode()
    assert mine.split is not None
    assert mine.split.kind is SplitKind.NO_PROOF


def test_no_more_heads_wait_than_have_room(formats: JsPeer) -> None:
    head = HONEST.head(NOW, 4)
    waiting = tuple(Awaited(replace(head, size=size), 0) for size in range(5, 5 + 16))
    view = LogView(HONEST.public, head, waiting)
    shown_head = HONEST.head(NOW, 7)
    told, observed = formats.call(
        "observe", view=view.encode(), head=shown_head.encode(), now=0, proof=None
    )
    mine, _ = log_view.observe(view, shown_head, NOW)
    assert observed == "unproven"
    assert octets(told) == mine.encode() == view.encode()


def test_heads_are_told_at_the_same_times(formats: JsPeer) -> None:
    heads = (None, HONEST.head(NOW, 3), HONEST.head(NOW, 4))
    hour = timedelta(hours=1)
    tick = timedelta(milliseconds=1)
    for head in heads:
        for told in heads:
            for told_at in (None, NOW - hour + tick, NOW - hour, NOW + hour):
                at_ms = (
                    None if told_at is None else log_entry.unix_milliseconds(told_at)
                )
                due = formats.call(
                    "gossipDue",
                    head=None if head is None else head.encode(),
                    told=None if told is None else told.encode(),
                    toldAt=at_ms,
                    now=log_entry.unix_milliseconds(NOW),
                )
                assert due == log_view.gossip_due(head, told, told_at, NOW)
