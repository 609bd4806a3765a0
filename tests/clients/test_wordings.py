"""Whatever its sender edits, a message can be reported."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_client.errors import NotReportable
from mentalverse_client.groups.commit_rules import MAX_PROOF_PART_BYTES
from mentalverse_client.store.messages import MAX_EDITS
from mentalverse_client.wordings import Worded, fit
from mentalverse_crypto.franking import (
    MAX_STATEMENT_BYTES,
    Report,
    ReportedMessage,
    generate_report_key,
    open_report,
    seal_report,
)
from mentalverse_signaling.envelope import MAX_CIPHERTEXT_BYTES
from mentalverse_signaling.recovery_api import MAX_REPORTED_ROWS, MAX_SEALED_BYTES
from support.deterministic import seeded_rng
from support.mls_group import SUITE
from support.reported_talk import conversation

MAX_WORDING_BYTES = 32_000
ID = bytes(16)
TEAM = generate_report_key(SUITE, seeded_rng(3))

lengths = st.one_of(
    st.integers(1, 400), st.sampled_from([MAX_WORDING_BYTES, MAX_WORDING_BYTES - 1])
)
histories = st.lists(lengths, min_size=1, max_size=MAX_EDITS + 1)


def worded(wordings: list[int], chosen: frozenset[int], first_seq: int = 1) -> Worded:
    """A message whose wordings have these lengths."""
    evidence = conversation().messages[0].evidence
    rows = tuple(
        ReportedMessage(
            (f"{first_seq + place:08}" * (length // 8 + 1)).encode()[: max(length, 8)],
            evidence,
        )
        for place, length in enumerate(wordings)
    )
    return Worded(rows, tuple(range(first_seq, first_seq + len(rows))), chosen)


def sealed(messages: list[Worded], shown: list[frozenset[int]]) -> bytes:
    rows = [
        row
        for message, numbers in zip(messages, shown, strict=True)
        for row in message.shown(numbers)
    ]
    assert len(rows) <= MAX_REPORTED_ROWS
    report = Report(tuple(rows), "x" * MAX_STATEMENT_BYTES)
    octets = seal_report(
        report,
        SUITE,
        TEAM.public,
        ID,
        os.urandom,
    )
    assert open_report(octets, TEAM, ID) == report
    return octets


@settings(database=None, deadline=None, derandomize=True, max_examples=60)
@given(histories, st.data())
def test_any_edits_of_a_message_give_a_report_that_is_accepted(
    history: list[int], data: st.DataObject
) -> None:
    """First, newest and one that was chosen; then newest first; the rest is counted."""
    last = len(history)
    chosen = frozenset({data.draw(st.integers(1, last))})
    message = worded(history, chosen)
    (shown,) = fit([message])
    assert {1, last} | chosen <= shown
    assert len(sealed([message], [shown])) <= MAX_SEALED_BYTES
    assert message.shown(shown)[0].left_out == last - len(shown)
    longest_shown = min((history[n - 1] for n in shown), default=0)
    for number in set(range(1, last + 1)) - shown:
        older = [n for n in shown - chosen - {1, last} if n < number]
        # Something older is shown in its place only if it is shorter.
        assert all(history[n - 1] <= history[number - 1] for n in older)
        assert history[number - 1] >= longest_shown


@settings(database=None, deadline=None, derandomize=True, max_examples=20)
@given(st.lists(histories, min_size=2, max_size=6))
def test_several_messages_fit_or_it_is_said_how_many_do(
    stories: list[list[int]],
) -> None:
    """A refusal names a number of messages that fit."""
    messages, seq = [], 1
    for story in stories:
        messages.append(worded(story, frozenset(), seq))
        seq += len(story)
    try:
        shown = fit(messages)
    except NotReportable as refusal:
        count = int(str(refusal).split("first ")[1].split()[0])
        messages = messages[:count]
        shown = fit(messages)
    assert len(sealed(messages, shown)) <= MAX_SEALED_BYTES


def test_two_of_the_largest_messages_with_the_largest_proofs_fit() -> None:
    """Nothing that members accept in a group makes a message too large to report."""
    proof = conversation().messages[0].evidence
    rows = tuple(
        ReportedMessage(
            bytes([number]) * MAX_CIPHERTEXT_BYTES,
            replace(
                proof,
                epoch=number,
                group_context=bytes([number]) * MAX_PROOF_PART_BYTES,
                leaf_node=bytes([number]) * MAX_PROOF_PART_BYTES,
            ),
        )
        for number in range(3)
    )
    message = Worded(rows, (1, 2, 3))
    (shown,) = fit([message])
    assert {1, 3} <= shown


def test_wordings_are_chosen_by_numbers_that_there_are() -> None:
    for number in (0, 3, -1):
        with pytest.raises(NotReportable, match="no wording of that number"):
            fit([worded([10, 10], frozenset({number}))])
    with pytest.raises(NotReportable, match="fewer wordings"):
        fit([worded([MAX_WORDING_BYTES] * 20, frozenset(range(1, 21)))])
