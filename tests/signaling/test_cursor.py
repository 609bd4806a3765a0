"""Resume arithmetic: whatever the wire does, a receiver applies the log in order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_signaling.cursor import (
    Step,
    contiguous,
    on_head,
    on_row,
    rewound,
)

FIXED = settings(database=None, deadline=None, derandomize=True)


@FIXED
@given(
    head=st.integers(0, 30),
    pushes=st.lists(st.integers(1, 30), max_size=200),
    page=st.integers(1, 7),
)
def test_a_receiver_ends_with_exactly_the_log(
    head: int, pushes: list[int], page: int
) -> None:
    """Pushes are dropped, doubled and reordered at will; the pages repair it."""
    applied: list[int] = []

    def cursor() -> int:
        return applied[-1] if applied else 0

    def sync(until: int) -> None:
        while on_head(cursor(), until) is Step.SYNC:
            rows = list(range(cursor() + 1, min(cursor() + page, until) + 1))
            assert contiguous(cursor(), rows)
            applied.extend(rows)

    for seq in (s for s in pushes if s <= head):
        step = on_row(cursor(), seq)
        if step is Step.APPLY:
            applied.append(seq)
        elif step is Step.SYNC:
            sync(seq)
    sync(head)
    assert applied == list(range(1, head + 1))


@FIXED
@given(cursor=st.integers(0, 10), seq=st.integers(0, 10))
def test_only_the_next_row_is_applied(cursor: int, seq: int) -> None:
    assert (on_row(cursor, seq) is Step.APPLY) == (seq == cursor + 1)
    assert (on_row(cursor, seq) is Step.DROP) == (seq <= cursor)


def test_a_head_behind_the_cursor_is_a_rewound_log_and_nothing_to_fetch() -> None:
    assert rewound(cursor=5, head=4)
    assert not rewound(cursor=5, head=5)
    assert on_head(5, 4) is Step.DROP


def test_a_withheld_row_shows_in_the_page() -> None:
    assert contiguous(3, [4, 5, 6])
    assert contiguous(3, [])
    assert not contiguous(3, [5, 6])
    assert not contiguous(3, [4, 6])
    assert not contiguous(3, [4, 4])
