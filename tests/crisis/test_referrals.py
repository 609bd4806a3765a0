"""Services to go on to: what is malformed is named, and every answer is whole."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_crisis.errors import MalformedEntry
from mentalverse_crisis.referrals import (
    MAX_BYTES_OF_COUNTRY,
    MAX_CONTACTS,
    MAX_LINE_CHARS,
    MAX_OF_COUNTRY,
    MAX_SERVICES,
    Channel,
    Contact,
    Kind,
    Service,
    chosen,
    examined,
    is_to_check,
    read,
    write,
)

DAY = date(2026, 1, 1)
ONE: dict[str, Any] = {
    "name": "One",
    "what": "Listens.",
    "kind": "counselling",
    "contacts": [{"channel": "phone", "value": "+43 1 23"}],
}
PHONE = Contact(Channel.PHONE, "116 123")


def _document(*services: object) -> bytes:
    return msgspec.json.encode(services)


def _contact(channel: str, value: str) -> dict[str, Any]:
    return {"contacts": [{"channel": channel, "value": value}]}


LINES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
SERVICES = st.lists(
    st.builds(
        Service,
        name=LINES,
        what=LINES,
        kind=st.sampled_from(Kind),
        contacts=st.just((PHONE,)),
        regions=st.lists(st.sampled_from(["AT", "DE", "EG"]), unique=True).map(tuple),
        languages=st.lists(
            st.sampled_from(["de", "de-AT", "ar", "en"]), unique=True
        ).map(tuple),
        hours=LINES,
        cost=LINES,
        checked_on=st.none() | st.dates(),
    ),
    unique_by=lambda one: one.name.casefold(),
    max_size=12,
)


@given(SERVICES)
def test_what_is_written_is_read_as_it_was(services: list[Service]) -> None:
    """So a list that was printed can be brought back."""
    assert read(write(services)) == tuple(services)


@given(SERVICES, st.sampled_from(["", "AT", "EG", "FR"]), st.sampled_from(["", "de"]))
def test_a_country_is_shown_all_of_its_services_and_no_other(
    services: list[Service], region: str, language: str
) -> None:
    """Those for every country with them; none is lost and none is there twice."""
    shown = chosen(services, region, language)
    expected = [one for one in services if not one.regions or region in one.regions]
    assert len(shown) == len(expected)
    assert set(shown) == set(expected)


@given(SERVICES)
def test_those_in_the_language_come_first_each_part_by_kind_and_name(
    services: list[Service],
) -> None:
    """Whoever speaks the language of another country speaks it, too."""
    shown = chosen(services, "AT", "de-CH")
    speaks = [any(tag.startswith("de") for tag in one.languages) for one in shown]
    assert speaks == sorted(speaks, reverse=True)
    first = speaks.count(True)
    kinds = list(Kind)
    for part in (shown[:first], shown[first:]):
        places = [(kinds.index(one.kind), one.name.casefold()) for one in part]
        assert places == sorted(places)


@given(SERVICES, st.sampled_from(["AT", "at", "AT-9", "at-9"]))
def test_a_part_of_a_country_is_the_country(
    services: list[Service], region: str
) -> None:
    """However the person's device writes it."""
    assert chosen(services, region, "") == chosen(services, "AT", "")


@given(SERVICES, st.permutations(range(12)))
def test_what_is_shown_does_not_depend_on_the_order_of_the_file(
    services: list[Service], order: list[int]
) -> None:
    """Two servers with the same services show the same."""
    others = [services[at] for at in order if at < len(services)]
    assert chosen(services, "AT", "ar") == chosen(others, "AT", "ar")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "One\nTwo"}, "name"),
        ({"name": "right \u202e left"}, "name"),
        ({"name": 3}, "name"),
        ({"what": ""}, "what"),
        ({"what": "x" * (MAX_LINE_CHARS + 1)}, "what"),
        ({"kind": "cake"}, "kind"),
        ({"contacts": []}, "contacts"),
        ({"contacts": [ONE["contacts"][0]] * (MAX_CONTACTS + 1)}, "contacts"),
        (_contact("fax", "1"), "contacts[0].channel"),
        (_contact("phone", "call us"), "contacts"),
        (_contact("phone", ""), "contacts"),
        (_contact("text", "1;ext=2"), "contacts"),
        (_contact("mail", "a@b"), "contacts"),
        (_contact("mail", "a@b.example?bcc=c@d.example"), "contacts"),
        (_contact("mail", "a b@c.example"), "contacts"),
        (_contact("mail", "a@b@c.example"), "contacts"),
        (_contact("mail", "a@c..example"), "contacts"),
        (_contact("web", "http://one.example"), "contacts"),
        (_contact("web", "https://"), "contacts"),
        (_contact("web", "https://one.example two"), "contacts"),
        (_contact("web", "javascript:alert(1)"), "contacts"),
        (_contact("place", "First floor\nSecond"), "contacts"),
        ({"regions": ["at"]}, "regions"),
        ({"regions": ["AT-9"]}, "regions"),
        ({"regions": "AT"}, "regions"),
        ({"languages": ["German"]}, "languages"),
        ({"languages": ["de" + "-abcdefgh" * 4]}, "languages"),
        ({"hours": "by\tday"}, "hours"),
        ({"cost": None}, "cost"),
        ({"checked_on": "yesterday"}, "checked_on"),
        ({"phone": "1"}, "phone"),
    ],
    ids=str,
)
def test_a_malformed_service_is_refused_by_entry_and_field(
    changed: dict[str, Any], field: str
) -> None:
    """Whoever keeps the list finds the place without reading all of it."""
    with pytest.raises(MalformedEntry) as refused:
        read(_document({**ONE, "name": "Fine"}, {**ONE, **changed}))
    assert refused.value.field == field
    assert refused.value.entry.startswith("entry 2")
    assert "One" in refused.value.entry or "name" in changed


@given(SERVICES, st.sets(st.integers(0, 11)))
def test_each_mistake_is_told_and_hides_no_other(
    services: list[Service], broken: set[int]
) -> None:
    """An entry that cannot be read is one; the others are looked at all the same."""
    entries = [
        {**msgspec.to_builtins(one), "kind": "cake"} if at in broken else one
        for at, one in enumerate(services)
    ]
    found, wrong = examined(_document(*entries))
    expected = [at for at in range(len(services)) if at in broken]
    assert [one.entry.split(" (")[0] for one in wrong] == [
        f"entry {at + 1}" for at in expected
    ]
    assert len(found) == len(services) - len(expected)


@pytest.mark.parametrize(
    "contact",
    [
        ("phone", "116 123"),
        ("text", "50808"),
        ("mail", "help+now@one.example"),
        ("web", "https://one.example/chat?from=here"),
        ("place", "Hauptplatz 1, first floor"),
        ("place", "خیابان\u200cها ۱"),
    ],
    ids=str,
)
def test_a_way_to_reach_a_service_is_kept_as_it_is(contact: tuple[str, str]) -> None:
    """Also in scripts that need joiners."""
    (service,) = read(_document({**ONE, **_contact(*contact)}))
    (read_one,) = service.contacts
    assert (read_one.channel.value, read_one.value) == contact


@pytest.mark.parametrize(
    "document",
    [b"", b"{}", b"\xff", b'{"services": []}', _document(3), _document({}), b"[{]"],
)
def test_a_list_that_is_none_is_refused(document: bytes) -> None:
    """Cut short, of another shape."""
    with pytest.raises(MalformedEntry):
        read(document)


@pytest.mark.parametrize(
    ("regions", "others"), [(["AT"], ["DE", "AT"]), ([], []), ([], ["AT"])], ids=str
)
def test_a_service_stands_once_in_what_a_country_is_shown(
    regions: list[str], others: list[str]
) -> None:
    """Whoever sees a name twice cannot tell which entry was kept up."""
    one, two = {**ONE, "regions": regions}, {**ONE, "name": "ONE", "regions": others}
    with pytest.raises(MalformedEntry, match="name: stands twice for"):
        read(_document(one, two))


def test_the_same_name_may_stand_for_two_countries() -> None:
    """Houses of one name are reached by other numbers elsewhere."""
    assert len(read(_document({**ONE, "regions": ["AT"]}, ONE | {"regions": ["DE"]})))


def test_no_list_is_read_that_could_not_be_shown_whole() -> None:
    """Neither too many for a country, nor too much said of them."""
    many = [{**ONE, "name": f"One {at}"} for at in range(MAX_OF_COUNTRY)]
    assert len(chosen(read(_document(*many)), "AT", "")) == MAX_OF_COUNTRY
    with pytest.raises(MalformedEntry, match=r"regions: 201 for AT"):
        read(_document(*many, {**ONE, "regions": ["AT"]}))
    with pytest.raises(MalformedEntry, match="regions: 201 for every country"):
        read(_document(*many, ONE))
    long = [{**one, "what": "ا" * MAX_LINE_CHARS, "hours": "x" * 200} for one in many]
    assert len(_document(*long)) > MAX_BYTES_OF_COUNTRY
    with pytest.raises(MalformedEntry, match="every country is too long"):
        read(_document(*long))
    with pytest.raises(MalformedEntry, match=f"more than {MAX_SERVICES}"):
        read(_document(*[ONE] * (MAX_SERVICES + 1)))


@pytest.mark.parametrize(
    ("age_days", "expected"),
    [(None, True), (-1, True), (0, False), (365, False), (366, True)],
)
def test_what_nobody_checked_for_a_year_is_to_be_checked(
    age_days: int | None, expected: bool
) -> None:
    """A day to come is a slip of the pen, and no check."""
    on = None if age_days is None else DAY - timedelta(age_days)
    service = Service("One", "Listens.", Kind.OTHER, (PHONE,), checked_on=on)
    assert is_to_check(service, DAY) is expected
