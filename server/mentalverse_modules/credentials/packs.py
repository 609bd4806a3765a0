"""What a credential needs, as data.

A pack is a JSON document: trainings with their minutes, levels, credentials with their
requirements, roles with their scope, and how often what is renewed. `documents` makes
one of octets, if `lint` finds nothing.
"""

from __future__ import annotations

import msgspec

from .vc import AchievementType


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Fields that a pack does not have are refused, never skipped."""


class Module(_Data, frozen=True):
    """One training; complete with its minutes and its assessment."""

    code: str
    title: str
    minutes: int
    """0: it has no end, such as continuing education."""


class Level(_Data, frozen=True):
    """A level of training, cumulative: its minutes are those of all before as well."""

    code: str
    title: str
    minutes: int
    needs: str = ""
    """The level before; empty: the first."""
    modules: tuple[str, ...] = ()
    """Those that have to be complete."""
    needs_sign_off: bool = False
    """A supervisor says that it is reached."""


class Requirement(_Data, frozen=True):
    """One thing that somebody has to have, and that somebody else has to have seen."""

    code: str
    title: str
    group: str
    months: int = 0
    """For so long it has to have been so, by the day that the check names."""
    lasts_days: int = 0
    """A check counts for so long; 0: until its own end, if it has one."""
    where_applicable: bool = False
    """May be waived by whoever checks it."""


class CredentialType(_Data, frozen=True):
    """What is attested, and what it needs."""

    code: str
    title: str
    kind: AchievementType
    valid_days: int
    requirements: tuple[Requirement, ...] = ()
    level: str = ""
    """A level that has to be reached."""
    needs: tuple[str, ...] = ()
    """Other credentials, of this pack, that have to be held."""
    skill: str = ""
    """What its holder may be asked for, in the words of the crisis desk."""
    ongoing: tuple[Requirement, ...] = ()
    """What each renewal needs."""


class Role(_Data, frozen=True):
    """What somebody is, what they may do, and by which credential."""

    code: str
    title: str
    branch: str
    credential: str
    scope: tuple[str, ...]


class Step(_Data, frozen=True):
    """What a renewal has on the way."""

    code: str
    title: str
    every_months: int


class Renewal(_Data, frozen=True):
    """How credentials of the pack stay in force."""

    notice_days: int
    supervision_days: int
    steps: tuple[Step, ...]


class Pack(_Data, frozen=True):
    """One document of requirements."""

    v: int
    name: str
    rev: int
    curriculum_minutes: int
    """Of all trainings that have an end; said twice, so that a slip is found."""
    modules: tuple[Module, ...]
    levels: tuple[Level, ...]
    credentials: tuple[CredentialType, ...]
    roles: tuple[Role, ...]
    renewal: Renewal

    def credential(self, code: str) -> CredentialType | None:
        """A credential of this pack."""
        return next((each for each in self.credentials if each.code == code), None)

    def module(self, code: str) -> Module | None:
        """A training of this pack."""
        return next((each for each in self.modules if each.code == code), None)

    def level(self, code: str) -> Level | None:
        """A level of this pack."""
        return next((each for each in self.levels if each.code == code), None)

    def scope_of(self, role: str) -> frozenset[str]:
        """What somebody in a role may do; nothing in a role that nobody knows."""
        scopes = (each.scope for each in self.roles if each.code == role)
        return frozenset(next(scopes, ()))
