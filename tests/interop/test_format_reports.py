"""Reports that the browser seals are the ones that the safety team opens."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import DecryptError
from mentalverse_crypto.evidence import Evidence
from mentalverse_crypto.franking import (
    MAX_MESSAGES,
    MAX_STATEMENT_BYTES,
    Report,
    ReportedMessage,
    SealedReport,
    generate_report_key,
    open_report,
    report_key_id,
)
from support.deterministic import seeded_rng
from support.format_values import shown, verdict

KIB = 1024
REPORT_ID = b"report-16-octets"

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=100)

numbers, indices = st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1)
some, few = st.binary(max_size=40), st.sampled_from([b"", b"one", b"two"])
evidences = st.builds(Evidence, numbers, indices, some, some, few, few)
shown_messages = st.builds(ReportedMessage, st.binary(max_size=60), evidences)
statements = st.text(st.characters(codec="utf-8"), max_size=60)
reports = st.builds(
    Report,
    st.lists(shown_messages, min_size=1, max_size=9, unique=True).map(tuple),
    statements,
)


def _message(number: int, plaintext: bytes = b"text") -> ReportedMessage:
    proof = Evidence(1, number, b"data", b"s" * 64, b"context", b"leaf")
    return ReportedMessage(plaintext, proof)


def _encoded(messages: list[ReportedMessage], statement: str) -> bytes:
    return Report(tuple(messages), statement).encode()


def _agreed(
    formats: JsPeer, messages: list[ReportedMessage], statement: str = ""
) -> Any:
    ours = verdict(_encoded, messages, statement)
    report = {"messages": shown(messages), "statement": statement}
    theirs = verdict(formats.call, "encodeReport", report=report)
    if isinstance(ours, bytes):
        theirs = octets(theirs)
    assert theirs == ours
    return ours


@repeatable
@given(reports)
def test_both_write_the_same_report(formats: JsPeer, report: Report) -> None:
    encoded = _agreed(formats, list(report.messages), report.statement)
    assert Report.decode(encoded) == report


def test_the_same_reports_are_refused(formats: JsPeer) -> None:
    """Too much, nothing at all, or a message twice."""
    many = [_message(number) for number in range(MAX_MESSAGES + 1)]
    long = [_message(number, bytes(64 * KIB)) for number in range(33)]
    assert isinstance(_agreed(formats, many[1:]), bytes)
    assert isinstance(_agreed(formats, long[2:]), bytes)
    for messages, statement, code in (
        (many, "", "report.too_large"),
        (long, "", "report.too_large"),
        (many[:1], "ü" * (MAX_STATEMENT_BYTES // 2), None),
        (many[:1], "ü" * (MAX_STATEMENT_BYTES // 2) + ".", "report.too_large"),
        ([], "", "mls.state.invalid_request"),
        ([many[0], many[1], many[0]], "", "mls.state.invalid_request"),
    ):
        refused = _agreed(formats, messages, statement)
        assert code is None or refused == code


@pytest.mark.capability("X09")
@pytest.mark.parametrize("suite", CipherSuite, ids=lambda suite: hex(suite))
@pytest.mark.parametrize("length", [1, 4 * KIB - 200, 4 * KIB, 20 * KIB])
def test_what_the_browser_seals_the_safety_team_opens(
    formats: JsPeer, suite: CipherSuite, length: int
) -> None:
    key = generate_report_key(suite, os.urandom)
    report = Report((_message(1, b"x" * length), _message(2)), "Please look at this.")
    sealed = octets(
        formats.call(
            "sealReport",
            report=shown(report),
            suite=int(suite),
            public=key.public,
            reportId=REPORT_ID,
        )
    )
    assert open_report(sealed, key, REPORT_ID) == report
    outer = SealedReport.decode(sealed)
    assert (outer.key_id, outer.suite) == (report_key_id(key.public), suite)
    # The length tells the bucket only: 4 KiB · 2^k and the tag of the AEAD.
    bucket = len(outer.sealed.ciphertext) - 16
    assert bucket in {4 * KIB, 8 * KIB, 32 * KIB}
    other = generate_report_key(suite, seeded_rng(1))
    for wrong in ((key, b"another-report-i"), (other, REPORT_ID)):
        with pytest.raises(DecryptError):
            open_report(sealed, *wrong)


def test_nothing_is_sealed_to_what_is_no_key_or_under_no_id(formats: JsPeer) -> None:
    fields = {"report": shown(Report((_message(1),))), "suite": 1}
    public = generate_report_key(CipherSuite(1), os.urandom).public
    no_key = verdict(
        formats.call, "sealReport", public=bytes(32), reportId=REPORT_ID, **fields
    )
    no_id = verdict(formats.call, "sealReport", public=public, reportId=b"id", **fields)
    assert (no_key, no_id) == ("mls.decrypt", "mls.state.invalid_request")
