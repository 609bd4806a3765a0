"""Payloads of the crisis desk: where somebody can go on getting help.

The operator's own list of services, for responders to read and to pass on by hand. It
says nothing of persons, and nothing is noted of what was looked up.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .crisis_events import Tag
from .fields import Fact, Payload

MAX_REFERRALS = 200
Line = Annotated[str, Meta(max_length=300)]


class ReferralKind(StrEnum):
    """What somebody goes there for."""

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


class ReferralList(Payload, frozen=True):
    """The services for a country, those in a language first. By the team."""

    region: Tag = ""
    """A part such as `AT-9` is its country. Empty: those for every country alone."""
    language: Tag = ""
    """`de-AT` is `de`. Empty: none comes first."""


class ReferralContact(Fact, frozen=True):
    """One way to reach a service."""

    channel: Annotated[str, Meta(max_length=16)]
    """`phone`, `text`, `mail`, `web` or `place`."""
    value: Line


class ReferralView(Fact, frozen=True):
    """One service."""

    name: Line
    what: Line
    """What they do, in a sentence."""
    kind: ReferralKind
    contacts: tuple[ReferralContact, ...]
    languages: tuple[Tag, ...]
    hours: Line
    """Empty: not known."""
    cost: Line
    """Empty: not known."""
    checked_on: Annotated[str, Meta(max_length=10)]
    """Day on which the operator last checked it, such as 2026-11-30; empty: never."""


class Referrals(Fact, frozen=True):
    """Answer to `referral.list`: at most `MAX_REFERRALS`, never cut short.

    Those in the language first, each part by kind and name.
    """

    services: tuple[ReferralView, ...]
    is_list_empty: bool
    """Whether the operator has entered none at all, for any country."""


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("referral.list", ReferralList, Referrals),
)
"""Name, payload and answer of each command, for the registry."""
