"""Reports as octets: one encoding, limits, and sealed to the safety team."""

from dataclasses import replace

import pytest

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import (
    DecodeError,
    DecryptError,
    InvalidRequest,
    MlsError,
    ReportTooLarge,
)
from mentalverse_crypto.franking import (
    MAX_MESSAGES,
    MAX_STATEMENT_BYTES,
    Report,
    SealedReport,
    generate_report_key,
    open_report,
    report_key_id,
    seal_report,
)
from support.deterministic import seeded_rng
from support.mls_group import SUITE
from support.mutations import bit_flips, truncations
from support.reported_talk import conversation, replaced

REPORT_ID = b"report-16-octets"


def test_a_report_that_is_written_is_read() -> None:
    report = Report(conversation().messages, "Bitte schaut hin 🙏")
    assert Report.decode(report.encode()) == report


def test_what_is_left_out_is_said_and_else_costs_nothing() -> None:
    """A report with every wording is the octets that it was before this was told."""
    first, second, third = conversation().messages[:3]
    told = Report((first, replace(second, left_out=7), replace(third, left_out=1)))
    assert Report.decode(told.encode()) == told
    plain = Report((first, second, third)).encode()
    assert told.encode() == plain + bytes([8, 0, 1, 0, 7, 0, 2, 0, 1])
    for ending in (
        [0],
        [4, 0, 1, 0, 0],
        [4, 0, 3, 0, 1],
        [8, 0, 2, 0, 1, 0, 1, 0, 7],
        [8, 0, 1, 0, 7, 0, 1, 0, 7],
    ):
        with pytest.raises(DecodeError):
            Report.decode(plain + bytes(ending))
    with pytest.raises(InvalidRequest):
        Report((replace(first, left_out=1 << 16),))
    with pytest.raises(InvalidRequest):
        Report((first, replace(first, left_out=1)))


def test_every_truncated_report_is_refused() -> None:
    encoded = Report(conversation().messages[:2], "why").encode()
    for damaged in (*truncations(encoded), encoded + b"\x00"):
        with pytest.raises(DecodeError):
            Report.decode(damaged)


def test_what_a_report_reads_has_one_encoding() -> None:
    encoded = Report(conversation().messages[:2], "why").encode()
    for damaged in bit_flips(encoded):
        try:
            report = Report.decode(damaged)
        except MlsError:
            continue
        assert report.encode() == damaged


def test_a_report_shows_something_and_each_message_once() -> None:
    shown = conversation().messages[0]
    for messages in ((), (shown, shown)):
        with pytest.raises(InvalidRequest):
            Report(messages)
    for number in (-1, 2**64):
        with pytest.raises(InvalidRequest):
            Report((replaced(shown, "epoch", number),))
    with pytest.raises(InvalidRequest):
        Report((shown,), "\ud800").encode()


def test_a_report_has_a_limit() -> None:
    shown = conversation().messages[0]
    many = [replaced(shown, "plaintext", bytes([n])) for n in range(MAX_MESSAGES + 1)]
    with pytest.raises(ReportTooLarge):
        Report(tuple(many))
    with pytest.raises(ReportTooLarge):
        Report((shown,), "x" * (MAX_STATEMENT_BYTES + 1))
    with pytest.raises(ReportTooLarge):
        Report((replaced(shown, "plaintext", bytes(2**21)),)).encode()
    with pytest.raises(ReportTooLarge):
        Report.decode(bytes(2**21 + 1))


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_a_sealed_report_opens_for_the_safety_team_only(suite: CipherSuite) -> None:
    rng = seeded_rng(7)
    team, other = (generate_report_key(suite, rng) for _ in range(2))
    report = Report(conversation().messages, "why")
    sealed = seal_report(report, suite, team.public, REPORT_ID, rng)
    assert open_report(sealed, team, REPORT_ID) == report
    assert SealedReport.decode(sealed).key_id == report_key_id(team.public)
    with pytest.raises(DecryptError):
        open_report(sealed, other, REPORT_ID)
    with pytest.raises(DecryptError):
        open_report(sealed, team, b"another-16-octet")


def test_a_damaged_sealed_report_is_refused() -> None:
    rng = seeded_rng(8)
    team = generate_report_key(SUITE, rng)
    sealed = seal_report(
        Report(conversation().messages[:1]), SUITE, team.public, REPORT_ID, rng
    )
    for damaged in (*truncations(sealed), *list(bit_flips(sealed))[::7]):
        with pytest.raises(MlsError):
            open_report(damaged, team, REPORT_ID)


def test_the_length_of_a_sealed_report_says_little() -> None:
    rng = seeded_rng(9)
    team = generate_report_key(SUITE, rng)
    lengths = {
        len(
            seal_report(
                Report(conversation().messages[:1], "x" * length),
                SUITE,
                team.public,
                REPORT_ID,
                rng,
            )
        )
        for length in range(0, 2_000, 250)
    }
    assert len(lengths) == 1


def test_a_report_id_has_16_octets() -> None:
    rng = seeded_rng(10)
    team = generate_report_key(SUITE, rng)
    with pytest.raises(InvalidRequest):
        seal_report(
            Report(conversation().messages[:1]), SUITE, team.public, b"short", rng
        )


def test_what_people_wrote_stands_in_no_repr() -> None:
    talk = conversation()
    report = Report(talk.messages, "a canary statement")
    for value in (report, talk.verify(*talk.messages)):
        assert "canary" not in repr(value)
        assert "ben in" not in repr(value)
