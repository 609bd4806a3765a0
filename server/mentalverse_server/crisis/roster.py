"""Who is asked for what: the operator's word on skills, languages, regions and slots.

A command beside the running server writes the row and a new version of the desk, and
decides nothing: what is due then is the server's to carry out, which alone can page
somebody and tell them. The next decision there goes by the new row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from mentalverse_crisis.desk import Responder
from mentalverse_signaling.roles import Role

from ..config import Config
from ..errors import StartupError
from ..operator import beside_the_server
from ..store import accounts, cases, roles
from ..store.engine import Connection
from .team import newcomer

MOST_SLOTS = 6
MOST_SKILL = 5
_SKILL = re.compile(r"[a-z0-9_]{1,32}")
_TAG = re.compile(r"[A-Za-z0-9-]{2,35}")
_TEAM = (Role.RESPONDER, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be otherwise; None leaves it as it is."""

    skills: Mapping[str, int] | None = None
    """From 0, which forgets the skill, to 5; others stay."""
    languages: tuple[str, ...] | None = None
    """Empty: any."""
    regions: tuple[str, ...] | None = None
    """Empty: any."""
    max_slots: int | None = None
    takes_overflow: bool | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody of the team, as the desk takes them to be."""

    handle: str
    responder: Responder


def everybody(config: Config) -> list[Listed]:
    """All who may answer, by handle; of whoever was never there, what is assumed."""
    with beside_the_server(config) as database:
        return database.write(_everybody)


def change(config: Config, handle: str, changes: Changes) -> Listed:
    """Let somebody of the team be asked for other things than so far.

    Raises:
        StartupError: nobody of the team has this handle, a value is none, or the
            server has no desk yet.
    """
    _check(changes)
    with (
        beside_the_server(config) as database,
        database.connect_writer() as connection,
        connection.begin(),
    ):
        account = accounts.account_by_handle(connection, handle)
        if account is None:
            raise StartupError("nobody has this handle")
        held = roles.roles_of(connection, account.id)
        if not any(role in held for role in _TEAM):
            raise StartupError(
                "this is for responders and supervisors; to make one: "
                f"mentalverse role grant {handle} responder"
            )
        known = cases.responder(connection, account.id)
        before = known or newcomer(account.id, Role.SUPERVISOR in held)
        after = _changed(before, changes)
        try:
            cases.keep_responder(connection, after)
        except LookupError:
            raise StartupError(
                "there is no crisis desk yet: start the server with one first"
            ) from None
        return Listed(handle, after)


def _everybody(connection: Connection) -> list[Listed]:
    held = roles.all_roles(connection)
    listed = []
    for account in accounts.all_accounts(connection):
        of_account = held.get(account.id, ())
        if any(role in of_account for role in _TEAM):
            known = cases.responder(connection, account.id)
            assumed = newcomer(account.id, Role.SUPERVISOR in of_account)
            listed.append(Listed(account.handle, known or assumed))
    return listed


def _changed(before: Responder, changes: Changes) -> Responder:
    fields: dict[str, Any] = {
        name: value
        for name, value in (
            ("languages", changes.languages),
            ("regions", changes.regions),
            ("max_slots", changes.max_slots),
            ("takes_overflow", changes.takes_overflow),
        )
        if value is not None
    }
    if changes.skills is not None:
        skills = {**before.skills, **changes.skills}
        fields["skills"] = {name: level for name, level in skills.items() if level > 0}
    return msgspec.structs.replace(before, **fields)


def _check(changes: Changes) -> None:
    for name, level in (changes.skills or {}).items():
        if _SKILL.fullmatch(name) is None or not 0 <= level <= MOST_SKILL:
            raise StartupError(f"a skill is a name and 0 to {MOST_SKILL}: crisis=3")
    for tag in (*(changes.languages or ()), *(changes.regions or ())):
        if _TAG.fullmatch(tag) is None:
            raise StartupError(f'"{tag}" is neither a language nor a country')
    if changes.max_slots is not None and not 1 <= changes.max_slots <= MOST_SLOTS:
        raise StartupError(f"slots are 1 to {MOST_SLOTS}")
