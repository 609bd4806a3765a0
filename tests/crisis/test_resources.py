"""Helplines are dated records: what is malformed is named, what is old is not shown."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_crisis.errors import MalformedEntry
from mentalverse_crisis.resources import (
    SHIPPED,
    Audience,
    Channel,
    Check,
    Directory,
    Freshness,
    Line,
    Number,
    Shown,
    add_checks,
    freshness,
    read,
    read_checks,
    shown,
    with_checks,
    write_checks,
)
from mentalverse_server.clock import SystemClock

DAY = date(2026, 1, 1)
ONE: dict[str, Any] = {
    "country": "DE",
    "name": "One",
    "numbers": [{"channel": "call", "value": "116 123"}],
    "hours": None,
    "languages": ["de"],
    "audience": "everyone",
    "cost": None,
    "source_url": "https://line.example",
    "verified_on": None,
    "verified_by": None,
    "expires_on": None,
}


def _document(*lines: object, **more: object) -> bytes:
    head = {"compiled_on": "2026-01-01", "everywhere": ["112", "911"]}
    return msgspec.json.encode({**head, "lines": lines, **more})


def _line(name: str = "One", **changed: Any) -> Line:
    line = Line(
        country="DE",
        name=name,
        numbers=(Number(Channel.CALL, "116 123"),),
        hours=None,
        languages=("de",),
        audience=Audience.EVERYONE,
        cost=None,
        source_url="https://line.example",
        verified_on=None,
        verified_by=None,
        expires_on=None,
    )
    return msgspec.structs.replace(line, **changed)


EMERGENCY = _line("Emergency", audience=Audience.EMERGENCY)


def test_the_list_that_ships_is_well_formed_and_nothing_in_it_is_too_old() -> None:
    """Red from the day on which somebody has to try the numbers again, or say so."""
    directory = read(files("mentalverse_crisis").joinpath(SHIPPED).read_bytes())
    today = SystemClock().now().date()
    expired = [
        line.label
        for line in directory.lines
        if freshness(line, today) is Freshness.EXPIRED
    ]
    assert expired == []
    for country in {line.country for line in directory.lines}:
        seen = shown(directory, country, today)
        assert not seen.fallback, country
        assert any(line.audience is Audience.EVERYONE for line in seen.lines), country


def test_an_entry_is_read_as_it_is_written() -> None:
    """And the key of its country finds it."""
    directory = read(_document(ONE, {**ONE, "country": "AT"}))
    assert directory.of("DE") == (_line(),)
    assert directory.compiled_on == DAY


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"country": "de"}, "country"),
        ({"name": " "}, "name"),
        ({"name": "One\nTwo"}, "name"),
        ({"numbers": []}, "numbers"),
        ({"numbers": [{"channel": "fax", "value": "1"}]}, "numbers[0].channel"),
        ({"numbers": [{"channel": "call"}]}, "value"),
        ({"numbers": [{"channel": "call", "value": "call us"}]}, "numbers"),
        ({"numbers": [{"channel": "text", "value": ""}]}, "numbers"),
        ({"numbers": [{"channel": "chat", "value": "http://x"}]}, "numbers"),
        ({"hours": 24}, "hours"),
        ({"languages": ["German"]}, "languages"),
        ({"audience": "nobody"}, "audience"),
        ({"source_url": None}, "source_url"),
        ({"source_url": "http://line.example"}, "source_url"),
        ({"verified_on": "yesterday"}, "verified_on"),
        ({"verified_on": "2026-01-01"}, "verified_by"),
        ({"verified_by": "Olga"}, "verified_by"),
        ({"phone": "1"}, "phone"),
    ],
    ids=str,
)
def test_a_malformed_entry_is_refused_by_entry_and_field(
    changed: dict[str, Any], field: str
) -> None:
    """Whoever keeps the list finds the place without reading all of it."""
    with pytest.raises(MalformedEntry) as refused:
        read(_document({**ONE, "name": "Fine"}, {**ONE, **changed}))
    assert refused.value.field == field
    assert "One" in refused.value.entry or "name" in changed
    assert refused.value.entry in str(refused.value)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{}",
        b"\xff",
        _document(3),
        _document({}),
        _document(ONE, ONE),
        _document(ONE, everywhere=[]),
        _document(ONE, everywhere=["help"]),
        _document({name: ONE[name] for name in ONE if name != "cost"}),
    ],
)
def test_a_list_that_is_none_is_refused(document: bytes) -> None:
    """Cut short, of another shape, a line twice, no number for everywhere."""
    with pytest.raises(MalformedEntry):
        read(document)


@pytest.mark.parametrize(
    ("age_days", "state"),
    [
        (-1, Freshness.FRESH),
        (0, Freshness.FRESH),
        (180, Freshness.FRESH),
        (181, Freshness.AGEING),
        (365, Freshness.AGEING),
        (366, Freshness.EXPIRED),
    ],
)
def test_a_check_is_good_for_180_days_and_shown_for_365(
    age_days: int, state: Freshness
) -> None:
    """The same days as in the browser."""
    line = _line(verified_on=DAY, verified_by="Olga")
    assert freshness(line, DAY + timedelta(age_days)) is state


def test_what_nobody_has_tried_is_shown_as_that_until_its_last_day() -> None:
    """A last day counts whoever has tried the line before."""
    assert freshness(_line(), date.max) is Freshness.UNVERIFIED
    last = _line(expires_on=DAY)
    assert freshness(last, DAY) is Freshness.UNVERIFIED
    assert freshness(last, DAY + timedelta(1)) is Freshness.EXPIRED
    tried = _line(expires_on=DAY, verified_on=DAY, verified_by="Olga")
    assert freshness(tried, DAY + timedelta(1)) is Freshness.EXPIRED


@given(
    verified=st.lists(st.none() | st.dates(), max_size=4),
    today=st.dates(),
    audiences=st.lists(st.sampled_from(Audience), min_size=4, max_size=4),
    country=st.sampled_from(["DE", "FR"]),
)
def test_somebody_always_has_a_number_to_call_in_danger(
    verified: list[date | None],
    today: date,
    audiences: list[Audience],
    country: str,
) -> None:
    """Of the country if it can be relied on, else one that works in most."""
    lines = tuple(
        _line(str(at), audience=audiences[at], verified_on=day, verified_by=day and "O")
        for at, day in enumerate(verified)
    )
    seen = shown(Directory(DAY, ("112", "911"), lines), country, today)
    own = any(line.audience is Audience.EMERGENCY for line in seen.lines)
    assert own is not (seen.fallback == ("112", "911"))
    assert all(freshness(line, today) is not Freshness.EXPIRED for line in seen.lines)


def test_an_old_line_is_hidden_and_the_rest_of_the_country_is_not() -> None:
    """Emergency numbers stay while they can be relied on."""
    old = _line(verified_on=date(2020, 1, 1), verified_by="Olga")
    directory = Directory(DAY, ("112",), (EMERGENCY, old))
    assert shown(directory, "DE", DAY) == Shown((EMERGENCY,), ())


def test_a_check_makes_a_line_reliable_and_a_later_one_counts() -> None:
    """Also over a last day that was set before anybody had tried it."""
    line, other = _line(expires_on=DAY), _line("Two")
    directory = Directory(DAY, ("112",), (line, other))
    later = DAY + timedelta(30)
    checks = add_checks((), [line], "Olga", later)
    checks = add_checks(checks, [line], "Ben", DAY)
    assert checks == (Check("DE", "One", later, "Olga"),)
    made = with_checks(directory, checks)
    assert made.lines[1] == other
    assert (made.lines[0].verified_by, made.lines[0].expires_on) == ("Olga", None)
    assert freshness(made.lines[0], later) is Freshness.FRESH
    corrected = add_checks(checks, [line], "Ada", later)
    assert corrected == (Check("DE", "One", later, "Ada"),)


def test_a_check_does_not_make_a_line_older_than_the_list_says() -> None:
    """And one of a line that has left the list says nothing."""
    line = _line(verified_on=DAY, verified_by="Olga", expires_on=DAY)
    directory = Directory(DAY, ("112",), (line,))
    checks = (Check("DE", "One", DAY, "Ben"), Check("XX", "Gone", date.max, "Ben"))
    assert with_checks(directory, checks) == directory


def test_checks_survive_being_written_down() -> None:
    """What is no check is named."""
    checks = (Check("DE", "One", DAY, "Olga"), Check("FR", "3114", DAY, "Olga"))
    assert read_checks(write_checks(checks)) == checks
    with pytest.raises(MalformedEntry) as refused:
        read_checks(b'{"checks": [{"country": "DE", "name": "One"}]}')
    assert refused.value.field == "verified_on"
    with pytest.raises(MalformedEntry):
        read_checks(b"[]")
