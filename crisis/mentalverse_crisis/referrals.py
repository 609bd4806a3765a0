"""Where somebody can go on getting help: services that the operator has entered.

A list of JSON objects, one a service, which whoever runs a desk keeps by hand. None
ships, for none is known that somebody has checked. A service says when somebody last
did (`checked_on`), and where it says nothing nobody has; unlike a helpline
(`resources`) it is shown either way, with its day, for a responder reads it and not the
person alone.

The list is held to bounds by which every answer about a country is whole: nothing is
ever left out because there is too much of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import Enum

import msgspec

from .entries import COUNTRY, DIALLED, LANGUAGE, Record, decoded, label
from .errors import MalformedEntry

MAX_SERVICES = 5_000
MAX_OF_COUNTRY = 200
"""Services of one country, with those for every country."""
MAX_BYTES_OF_COUNTRY = 128 * 1024
"""Of JSON: half of what an answer to a device may weigh."""
MAX_LINE_CHARS = 300
MAX_CONTACTS = 8
MAX_TAGS = 40
CHECK_AFTER = timedelta(days=365)

_JOINERS = str.maketrans("", "", "\u200c\u200d")
"""Letters of Persian and of Indic scripts need them, and Python prints neither."""
_MAIL_SIGNS = frozenset("+-._")


class Kind(Enum):
    """What somebody goes there for; in this order they are shown."""

    COUNSELLING = "counselling"
    MEDICAL = "medical"
    YOUTH = "youth"
    SUBSTANCE = "substance"
    VIOLENCE = "violence"
    SHELTER = "shelter"
    GRIEF = "grief"
    PRACTICAL = "practical"
    """Money, law, papers, work."""
    OTHER = "other"


class Channel(Enum):
    """How a service is reached."""

    PHONE = "phone"
    TEXT = "text"
    MAIL = "mail"
    WEB = "web"
    """`https://…`"""
    PLACE = "place"
    """An address to go to."""


class Contact(Record, frozen=True):
    """One way to reach a service."""

    channel: Channel
    value: str


class Service(Record, frozen=True):
    """One service."""

    name: str
    what: str
    """What they do, in a sentence."""
    kind: Kind
    contacts: tuple[Contact, ...]
    regions: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2; none: every country."""
    languages: tuple[str, ...] = ()
    """Tags of BCP 47; none where it is not known."""
    hours: str = ""
    """Empty: not known."""
    cost: str = ""
    """Empty: not known."""
    checked_on: date | None = None
    """The last day on which somebody held all of this against the service itself."""

    @property
    def label(self) -> str:
        """How errors and reports name it."""
        return " ".join((*self.regions, self.name))


def read(document: bytes) -> tuple[Service, ...]:
    """The services in a file's octets.

    Raises:
        MalformedEntry: names the entry and the field; the first, if there are several.
    """
    services, wrong = examined(document)
    if wrong:
        raise wrong[0]
    return services


def examined(
    document: bytes,
) -> tuple[tuple[Service, ...], tuple[MalformedEntry, ...]]:
    """The services that could be read, and all that is wrong.

    How they stand together is looked at once each of them is well.
    """
    try:
        raws = decoded(document, tuple[msgspec.Raw, ...], "the list")
    except MalformedEntry as error:
        return (), (error,)
    if len(raws) > MAX_SERVICES:
        many = f"has more than {MAX_SERVICES} services"
        return (), (MalformedEntry("the list", "", many),)
    services: list[Service] = []
    wrong: list[MalformedEntry] = []
    for position, raw in enumerate(raws, 1):
        try:
            services.append(_service(bytes(raw), position, wrong))
        except MalformedEntry as error:
            wrong.append(error)
    return tuple(services), tuple(wrong or _wrong_together(services))


def write(services: Sequence[Service]) -> bytes:
    """The octets that `read` reads."""
    return msgspec.json.format(msgspec.json.encode(services), indent=2) + b"\n"


def of(services: Sequence[Service], region: str) -> tuple[Service, ...]:
    """Those of a country and of every country; of no country, the latter alone."""
    return tuple(one for one in services if not one.regions or region in one.regions)


def chosen(
    services: Sequence[Service], region: str, language: str
) -> tuple[Service, ...]:
    """What to show for a country: those in the language first, by kind and name.

    `region` may be in small letters or name a part of a country (`at-9`); a language is
    the same in every country (`de-AT` is `de`).
    """
    wanted = _language(language)
    kinds = tuple(Kind)

    def place(one: Service) -> tuple[bool, int, str, str]:
        speaks = bool(wanted) and wanted in map(_language, one.languages)
        return not speaks, kinds.index(one.kind), one.name.casefold(), one.name

    country = region.split("-")[0].upper()
    return tuple(sorted(of(services, country), key=place))


def is_to_check(service: Service, today: date) -> bool:
    """Whether nobody has checked it for a year; no day to come is believed."""
    checked = service.checked_on
    return checked is None or not timedelta(0) <= today - checked <= CHECK_AFTER


def _service(raw: bytes, position: int, wrong: list[MalformedEntry]) -> Service:
    """One entry; what is wrong with what it says is added to the list."""
    entry = label(raw, position)
    service = decoded(raw, Service, entry)
    wrong += (MalformedEntry(entry, *problem) for problem in _problems(service))
    return service


def _wrong_together(services: Sequence[Service]) -> Iterator[MalformedEntry]:
    for region in ("", *sorted({region for one in services for region in one.regions})):
        yield from _wrong_in(region or "every country", of(services, region))


def _wrong_in(region: str, services: Sequence[Service]) -> Iterator[MalformedEntry]:
    if len(services) > MAX_OF_COUNTRY:
        many = f"{len(services)} for {region}: {MAX_OF_COUNTRY} can be shown"
        yield MalformedEntry("the list", "regions", many)
    if len(msgspec.json.encode(services)) > MAX_BYTES_OF_COUNTRY:
        much = f"what is said for {region} is too long: use fewer words"
        yield MalformedEntry("the list", "regions", much)
    seen: set[str] = set()
    for one in services:
        if one.name.casefold() in seen:
            yield MalformedEntry(one.label, "name", f"stands twice for {region}")
        seen.add(one.name.casefold())


def _problems(service: Service) -> Iterator[tuple[str, str]]:
    for field, text in (("name", service.name), ("what", service.what)):
        if not text.strip() or not _is_line(text):
            yield field, f"is one line of 1 to {MAX_LINE_CHARS} characters"
    for field, text in (("hours", service.hours), ("cost", service.cost)):
        if not _is_line(text):
            yield field, f"is one line of at most {MAX_LINE_CHARS} characters"
    if not 1 <= len(service.contacts) <= MAX_CONTACTS:
        yield "contacts", f"are 1 to {MAX_CONTACTS}"
    for contact in service.contacts:
        if reason := _contact_problem(contact):
            yield "contacts", f"{contact.value!r} {reason}"
    if len(service.regions) > MAX_TAGS or not all(
        map(COUNTRY.fullmatch, service.regions)
    ):
        yield "regions", f"are up to {MAX_TAGS} of two capital letters, such as AT"
    if len(service.languages) > MAX_TAGS or not all(
        len(tag) <= 35 and LANGUAGE.fullmatch(tag) for tag in service.languages
    ):
        yield "languages", f"are up to {MAX_TAGS} tags such as en or pt-BR"


def _contact_problem(contact: Contact) -> str:
    value = contact.value
    if not value.strip() or not _is_line(value):
        return f"is not one line of 1 to {MAX_LINE_CHARS} characters"
    match contact.channel:
        case Channel.PHONE | Channel.TEXT:
            return "" if DIALLED.fullmatch(value) else "is not digits and single spaces"
        case Channel.MAIL:
            return "" if _is_mail(value) else "is no address of mail"
        case Channel.WEB:
            is_page = value.startswith("https://") and len(value) > 8
            return "" if is_page and " " not in value else "is no https:// address"
        case Channel.PLACE:
            return ""


def _is_line(text: str) -> bool:
    is_shown = text.translate(_JOINERS).isprintable()
    return is_shown and len(text) <= MAX_LINE_CHARS


def _is_mail(value: str) -> bool:
    """ASCII letters, digits and `+-._`: nothing that a link could misread."""
    local, at, host = value.partition("@")
    parts = (local, *host.split("."))
    return (
        bool(at)
        and "." in host
        and all(
            part and all(sign.isalnum() or sign in _MAIL_SIGNS for sign in part)
            for part in parts
        )
    )


def _language(tag: str) -> str:
    return tag.split("-")[0].lower()
