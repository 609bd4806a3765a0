"""A policy as the document that people read, change and sign.

`checked` says whether the rules can follow a policy at all. A document comes from a
form or an editor, so more can be wrong with it: a field that is misspelt, and would
silently be something else; a time in minutes where seconds are meant; a lease that is
shorter than the beats that renew it. Each is refused, with its place.

The limits are held against documents that come in, never against a revision that is
stored: a desk has to be able to read what it was once told, also under later limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from .errors import MalformedPolicy
from .policy import DAY_SECONDS, BandPolicy, Policy, checked

MAX_DOCUMENT_BYTES: Final = 32_768
MOST_SECONDS: Final = 366 * DAY_SECONDS
MOST_PERCENT: Final = 10_000
MOST_COUNT: Final = 1_000
MAX_LISTED: Final = 20
"""Rungs of a ladder, stages of a plan, tiers of a rung."""

REVISION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TIER: Final = re.compile(r"[a-z0-9_]{1,32}")

_LEAST: Final[Mapping[str, int]] = {
    "accept_seconds": 1,
    "answer_seconds": 1,
    "contact_seconds": 1,
    "excluded_seconds": 1,
    "expiries_until_paused": 1,
    "first_reply_seconds": 1,
    "follow_up_spacing_seconds": 60,
    # Two beats of 15 s: with less, whoever is there loses their cases.
    "lease_seconds": 30,
    "objective_percent": 1,
    "offer_most_seconds": 1,
    "pending": 1,
    "person_grace_seconds": 1,
    "reply_seconds": 1,
    "responder_grace_seconds": 1,
    "silence_seconds": 1,
    "transfer_answer_seconds": 1,
    "urgent_hard_cap": 1,
    "wrap_up_seconds": 1,
}
"""Of fields that cannot be 0; names are those of the policy, wherever they stand."""
_MOST: Final[Mapping[str, int]] = {
    "objective_percent": 100,
    "surge_off_percent": 100,
    "surge_on_percent": 100,
    # A client is not believed for longer, whatever a policy says.
    "tap_age_most_seconds": 3_600,
}
_TIERS: Final = ("pages", "standby_tiers")


def read(document: str | bytes) -> Policy:
    """The policy that a document is, if it can be followed at all.

    Raises:
        MalformedPolicy: what is wrong, with its place, such as `bands.A0.plan`.
    """
    octets = document.encode() if isinstance(document, str) else document
    if len(octets) > MAX_DOCUMENT_BYTES:
        raise MalformedPolicy(f"a policy has at most {MAX_DOCUMENT_BYTES} octets")
    try:
        raw = msgspec.json.decode(octets)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedPolicy("this is no JSON document") from None
    policy = _converted(raw)
    written = msgspec.to_builtins(policy)
    for where, problem in (*_unknown(raw, written, ""), *_beyond(written, "")):
        raise MalformedPolicy(f"{where}: {problem}")
    if REVISION.fullmatch(policy.revision) is None:
        raise MalformedPolicy(
            "revision: a name of 1 to 64 letters, digits, dots, dashes and underscores"
        )
    least, most = policy.follow_up_attempts
    if not 1 <= least <= most:
        raise MalformedPolicy("follow_up_attempts: the fewest, and then the most")
    return checked(policy)


def written(policy: Policy) -> str:
    """The document of a policy: every field, indented; `read` gives the same policy."""
    return msgspec.json.format(msgspec.json.encode(policy), indent=2).decode()


def _converted(raw: object) -> Policy:
    try:
        return msgspec.convert(raw, Policy)
    except msgspec.ValidationError as error:
        raise MalformedPolicy(_told(raw, error)) from None


def _told(raw: object, error: msgspec.ValidationError) -> str:
    """What does not fit, with the band by its name where it is one."""
    bands = raw.get("bands") if isinstance(raw, dict) else None
    for name, band in bands.items() if isinstance(bands, dict) else ():
        try:
            msgspec.convert(band, BandPolicy)
        except msgspec.ValidationError as of_band:
            text = str(of_band)
            place = f"`$.bands.{name}"
            return text.replace("`$", place) if "`$" in text else f"{text} - {place}`"
    return str(error)


def _unknown(raw: Any, known: Any, where: str) -> Iterator[tuple[str, str]]:
    """Fields that a policy does not have: whoever wrote them meant something."""
    if isinstance(raw, dict):
        for name in raw.keys() - known.keys():
            yield _at(where, name), "a policy has no such field"
        for name in raw.keys() & known.keys():
            yield from _unknown(raw[name], known[name], _at(where, name))
    elif isinstance(raw, list):
        for number, (one, its) in enumerate(zip(raw, known, strict=True), 1):
            yield from _unknown(one, its, _at(where, str(number)))


def _beyond(value: Any, where: str) -> Iterator[tuple[str, str]]:
    name = where.rpartition(".")[2]
    if isinstance(value, dict):
        for field, its in value.items():
            yield from _beyond(its, _at(where, field))
    elif isinstance(value, list | tuple):
        if len(value) > MAX_LISTED:
            yield where, f"at most {MAX_LISTED}"
        if name in _TIERS:
            if any(TIER.fullmatch(one) is None for one in value):
                yield where, "a tier is 1 to 32 of a-z, 0-9 and _, such as tier_1"
            return
        for number, one in enumerate(value, 1):
            yield from _beyond(one, _at(where, str(number)))
    elif isinstance(value, int) and not isinstance(value, bool):
        least, most = _LEAST.get(name, 0), _MOST.get(name, _most(name))
        if not least <= value <= most:
            yield where, f"a whole number from {least} to {most}"


def _most(name: str) -> int:
    if name.endswith("_seconds"):
        return MOST_SECONDS
    return MOST_PERCENT if name.endswith("_percent") else MOST_COUNT


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
