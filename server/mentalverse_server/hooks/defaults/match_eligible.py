"""Who may be somebody's mentor now: by the same rows that a session start asks.

A credential that is suspended, revoked or over counts from that moment on, for what is
proposed, shown and agreed to. Whoever was never issued one is judged by their role.
"""

from __future__ import annotations

from dataclasses import dataclass

from mentalverse_modules.matching.people import Kind
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role

from ...store import accounts, roles
from ...store import credentials as store
from ...store.engine import Connection
from ..policy import Decision
from ..ports import Verdict
from .credential_rules import renewal
from .credentials import PACK_OF, SKILLS, TYPES, judged, refused, standing


@dataclass(frozen=True, slots=True)
class Eligible:
    """What somebody may be proposed for."""

    kinds: frozenset[Kind]
    credentials: frozenset[str]
    """Codes of those in force."""
    level: int
    """The highest of training that these attest."""


def eligible(connection: Connection, account: str, now_ms: int) -> Eligible | None:
    """What a mentor may be proposed for; None: nothing."""
    id_ = AccountId(account)
    if Role.MENTOR not in roles.roles_of(connection, id_):
        return None
    if accounts.is_disabled(connection, id_):
        return None
    if refused(connection, Decision.SESSION_START_PEER, id_, now_ms):
        return None
    skills = SKILLS[Decision.SESSION_START_PROFESSIONAL]
    clinical = judged(connection, id_, skills, now_ms)
    is_clinical = clinical is not None and clinical.verdict is Verdict.ALLOW
    kinds = frozenset(Kind) if is_clinical else frozenset({Kind.PEER})
    rows = store.of_account(connection, id_)
    good = [
        row.credential
        for row in rows
        if standing(row, rows, now_ms) is renewal.Standing.GOOD
    ]
    return Eligible(kinds, frozenset(good), max(map(_level, good), default=0))


def _level(code: str) -> int:
    """Which level of training a credential attests, from 1; 0: none."""
    type_ = TYPES.get(code)
    if type_ is None or not type_.level or type_.requirements:
        return 0
    names = [each.code for each in PACK_OF[code].levels]
    return names.index(type_.level) + 1
