"""One missing check stands in the way, and a day too early is too early."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mentalverse_modules.credentials.checks import (
    Check,
    counts,
    missing,
    missing_for_renewal,
)
from mentalverse_modules.credentials.days import day_of, months_after, start_ms
from mentalverse_modules.credentials.documents import shipped
from mentalverse_modules.credentials.packs import CredentialType, Requirement

TODAY = date(2026, 11, 23)
SINCE = date(2010, 1, 1)


def _type(pack: str, code: str) -> CredentialType:
    found = shipped(pack).credential(code)
    assert found is not None
    return found


def _check(code: str) -> Check:
    return Check(code, "register", "look-up", "reviewer", TODAY, True, since=SINCE)


def _all(needed: CredentialType) -> dict[str, Check]:
    return {each.code: _check(each.code) for each in needed.requirements}


@pytest.mark.capability("K08")
@given(st.data())
def test_each_of_the_sixteen_checks_is_needed(data: st.DataObject) -> None:
    needed = _type("professional", "professional")
    assert len(needed.requirements) == 16
    groups = [each.group for each in needed.requirements]
    assert {groups.count(each) for each in groups} == {4}
    checks = _all(needed)
    assert missing(needed, checks, (), (), TODAY) == ()
    gone = data.draw(st.sampled_from(sorted(checks)))
    del checks[gone]
    assert missing(needed, checks, (), (), TODAY) == (gone,)


@pytest.mark.capability("K07")
def test_23_months_of_stable_recovery_are_not_enough() -> None:
    needed = _type("peer", "peer_mentor")
    checks = _all(needed)
    for since, lacks in (
        (date(2024, 12, 23), ("stable_recovery",)),
        (date(2024, 11, 24), ("stable_recovery",)),
        (date(2024, 11, 23), ()),
    ):
        checks["stable_recovery"] = replace(_check("stable_recovery"), since=since)
        assert missing(needed, checks, ["basic"], ["level_basic"], TODAY) == lacks
    assert "diagnosis" not in Check.__dataclass_fields__


@pytest.mark.capability("K13")
def test_a_supervisor_has_been_licensed_for_five_years_to_the_day() -> None:
    needed = _type("professional", "supervisor")
    groups = [each.group for each in needed.requirements]
    assert len(groups) == 16 and {groups.count(each) for each in groups} == {4}
    checks = _all(needed)
    code = "five_years_licensed"
    for since, lacks in (
        (date(2021, 11, 24), (code,)),
        (date(2021, 11, 23), ()),
    ):
        checks[code] = replace(_check(code), since=since)
        assert missing(needed, checks, (), ["professional"], TODAY) == lacks
    del checks["supervision_certificate"]
    found = missing(needed, checks, (), ["professional"], TODAY)
    assert found == ("supervision_certificate",)


@pytest.mark.capability("K10")
def test_a_specialty_rests_on_the_credential_below_it() -> None:
    needed = _type("professional", "specialty_crisis")
    checks = _all(needed)
    assert missing(needed, checks, (), (), TODAY) == ("credential:professional",)
    assert missing(needed, checks, (), ["professional"], TODAY) == ()
    assert needed.skill == "crisis"


@pytest.mark.capability("K03")
def test_a_level_that_is_not_reached_stands_in_the_way() -> None:
    needed = _type("peer", "level_basic")
    assert missing(needed, {}, (), (), TODAY) == ("level:basic",)
    assert missing(needed, {}, ["basic"], (), TODAY) == ()


@pytest.mark.capability("K09")
def test_a_renewal_needs_what_goes_on() -> None:
    needed = _type("professional", "professional")
    assert len(missing_for_renewal(needed, {}, TODAY)) == len(needed.ongoing) == 8
    checks = {each.code: _check(each.code) for each in needed.ongoing}
    assert missing_for_renewal(needed, checks, TODAY) == ()
    later = TODAY + timedelta(365)
    assert len(missing_for_renewal(needed, checks, later)) == 8


PLAIN = Requirement(code="one", title="", group="")


@pytest.mark.parametrize(
    ("change", "does_count"),
    [
        ({}, True),
        ({"passed": False}, False),
        ({"on": TODAY + timedelta(1)}, False),
        ({"waived": True}, False),
        ({"expires": TODAY}, False),
        ({"expires": TODAY + timedelta(1)}, True),
    ],
)
def test_a_check_counts_while_it_does(
    change: dict[str, object], does_count: bool
) -> None:
    check = replace(_check("one"), **change)  # type: ignore[arg-type]
    assert counts(PLAIN, check, TODAY) is does_count


def test_what_may_be_waived_may_and_what_lasts_a_while_lasts_that_while() -> None:
    waivable = Requirement(code="one", title="", group="", where_applicable=True)
    assert counts(waivable, replace(_check("one"), waived=True), TODAY)
    yearly = Requirement(code="one", title="", group="", lasts_days=365)
    assert counts(yearly, _check("one"), TODAY + timedelta(364))
    assert not counts(yearly, _check("one"), TODAY + timedelta(365))


def test_a_time_that_nobody_named_is_not_over() -> None:
    dated = Requirement(code="one", title="", group="", months=1)
    assert not counts(dated, replace(_check("one"), since=None), TODAY)


DAYS = st.dates(date(1980, 1, 1), date(2100, 1, 1))


@given(DAYS, st.integers(0, 240))
@example(date(2020, 2, 29), 60)
@example(date(2024, 10, 31), 1)
@example(date(2024, 12, 31), 14)
def test_months_are_never_over_early(day: date, months: int) -> None:
    found = months_after(day, months)
    count = (found.year - day.year) * 12 + found.month - day.month
    assert (count, found.day) == (months, day.day) or (
        count == months + 1 and found.day == 1 and (found - timedelta(1)).day < day.day
    )


@given(DAYS)
def test_a_day_begins_in_itself(day: date) -> None:
    assert day_of(start_ms(day)) == day
    assert day_of(start_ms(day) - 1) == day - timedelta(1)
