"""What was said last stands in for silence, and never for longer than it may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_server.hooks.policy import RULES, Decision, Meaning
from mentalverse_server.hooks.ports import UNKNOWN, Answer, Reason, Verdict
from mentalverse_server.hooks.ruling import Kept, Standing, ruled

RULE = RULES[Decision.SESSION_START_PEER]
assert RULE.last_good_ms is not None
LASTS_MS = RULE.last_good_ms
AT_MS = 1_000
YES = Answer(Verdict.ALLOW)
NO = Answer(Verdict.DENY, Reason.SUSPENDED)


def _kept(verdict: Verdict = Verdict.ALLOW, until_ms: int | None = None) -> Standing:
    reason = Reason.SUSPENDED if verdict is Verdict.DENY else ""
    return Standing(kept={"register": Kept(verdict, reason, AT_MS, until_ms)})


def _silent(standing: Standing | None, now_ms: int, rule=RULE):  # type: ignore[no-untyped-def]
    return ruled(rule, [("register", UNKNOWN, True)], standing, now_ms)


def test_the_last_yes_counts_for_as_long_as_the_rule_says() -> None:
    ruling = _silent(_kept(), AT_MS + LASTS_MS)
    assert ruling.is_allowed
    assert ruling.is_stale
    assert ruling.good_at_ms == AT_MS
    over = _silent(_kept(), AT_MS + LASTS_MS + 1)
    assert (over.verdict, over.meaning) == (Verdict.UNKNOWN, Meaning.REFUSED)
    assert not over.is_allowed


def test_the_last_yes_counts_no_longer_than_it_said_itself() -> None:
    assert _silent(_kept(until_ms=5_000), 4_999).is_allowed
    assert not _silent(_kept(until_ms=5_000), 5_000).is_allowed


def test_a_yes_out_of_the_future_does_not_count() -> None:
    assert not _silent(_kept(), AT_MS - 1).is_allowed


@given(st.integers(min_value=0))
def test_the_last_no_counts_until_there_is_a_live_yes(later_ms: int) -> None:
    standing = _kept(Verdict.DENY)
    ruling = _silent(standing, AT_MS + later_ms)
    assert (ruling.verdict, ruling.reason_code) == (Verdict.DENY, "suspended")
    live = ruled(RULE, [("register", YES, True)], standing, AT_MS + later_ms)
    assert live.is_allowed
    assert not live.is_stale


def test_a_revocation_of_ours_overrides_every_yes() -> None:
    standing = Standing(is_revoked=True, kept=_kept().kept)
    for said in (YES, UNKNOWN):
        ruling = ruled(RULE, [("register", said, True)], standing, AT_MS)
        assert (ruling.verdict, ruling.reason_code) == (Verdict.DENY, "revoked")


def test_what_was_issued_here_and_taken_back_overrides_every_yes() -> None:
    standing = Standing(kept=_kept().kept, refused=Reason.EXPIRED)
    for said in (YES, UNKNOWN):
        ruling = ruled(RULE, [("register", said, True)], standing, AT_MS)
        assert (ruling.verdict, ruling.reason_code) == (Verdict.DENY, "expired")


def test_what_one_provider_said_does_not_stand_in_for_another() -> None:
    heard = [("register", UNKNOWN, True), ("board", UNKNOWN, True)]
    assert ruled(RULE, heard, _kept(), AT_MS).verdict is Verdict.UNKNOWN
    heard = [("register", UNKNOWN, True), ("board", YES, True)]
    ruling = ruled(RULE, heard, _kept(), AT_MS + 5)
    assert ruling.is_allowed
    assert (ruling.good_at_ms, ruling.is_stale) == (AT_MS, True)
    heard = [("register", UNKNOWN, True), ("board", NO, False)]
    assert ruled(RULE, heard, _kept(), AT_MS).verdict is Verdict.DENY


@pytest.mark.parametrize("decision", [d for d in Decision if RULES[d].method])
@pytest.mark.parametrize("standing", [None, Standing()])
def test_silence_means_what_the_table_says(
    decision: Decision, standing: Standing | None
) -> None:
    rule = RULES[decision]
    ruling = _silent(standing, AT_MS, rule)
    assert (ruling.verdict, ruling.meaning) == (Verdict.UNKNOWN, rule.silence)
    goes_on = rule.silence in {Meaning.GOES_ON, Meaning.BILLED_LATER}
    assert ruling.is_allowed is goes_on


@pytest.mark.parametrize(
    "decision", [d for d in Decision if RULES[d].method and not RULES[d].last_good_ms]
)
def test_where_no_last_yes_counts_none_does(decision: Decision) -> None:
    assert _silent(_kept(), AT_MS, RULES[decision]).verdict is Verdict.UNKNOWN
