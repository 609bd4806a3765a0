"""What the credentials say that this server has issued.

Each question is answered from the rows as they are at that moment and by the time as it
is, so an end, a suspension and a revocation count for the very next thing that begins,
whichever process issued them. Nobody is asked about what runs.

Somebody who was never issued anything for what is asked is not judged here: then the
roles say, as they did before there were credentials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ...store import credentials as store
from ...store.engine import Connection, Database
from ..policy import Decision
from ..ports import Account, Answer, CircleOpen, Eligible, Reason, SessionStart, Verdict
from .credential_rules import SHIPPED, renewal, shipped
from .roles import RoleCredentials

CLINICAL = "clinical"
PEER = "peer"
CRISIS = "crisis"

SKILLS: Mapping[Decision, tuple[str, ...]] = {
    Decision.RESPONDER_ELIGIBLE: (CRISIS,),
    Decision.SESSION_START_PEER: (PEER, CLINICAL),
    Decision.SESSION_START_PROFESSIONAL: (CLINICAL,),
    Decision.CIRCLE_OPEN_THERAPY: (CLINICAL,),
}
"""What each of them takes; a professional may accompany somebody as a peer does."""

PACKS = {name: shipped(name) for name in SHIPPED}
TYPES = {each.code: each for pack in PACKS.values() for each in pack.credentials}
"""Every credential of the packs, by its code."""
PACK_OF = {each.code: pack for pack in PACKS.values() for each in pack.credentials}
RULES = PACKS["professional"].renewal

_REASONS = {
    renewal.Standing.NOT_YET: Reason.NO_CREDENTIAL,
    renewal.Standing.EXPIRED: Reason.EXPIRED,
    renewal.Standing.SUSPENDED: Reason.SUSPENDED,
    renewal.Standing.REVOKED: Reason.REVOKED,
}


def held(row: store.CredentialRow) -> renewal.Held:
    """A row as the rules see it."""
    return renewal.Held(
        row.id,
        row.from_ms,
        row.until_ms,
        renewal.Status(row.status),
        row.supervised_ms,
    )


def judged(
    connection: Connection, account: Account, skills: Iterable[str], now_ms: int
) -> Answer | None:
    """Whether somebody may begin something that any of these skills is enough for.

    None: they were never issued a credential of one.
    """
    rows = store.of_account(connection, account)
    found = [answer for each in skills if (answer := _of_skill(rows, each, now_ms))]
    good = [answer for answer in found if answer.verdict is Verdict.ALLOW]
    return next(iter([*good, *found]), None)


def refused(
    connection: Connection, decision: Decision, account: Account, now_ms: int
) -> str:
    """Why what was issued here says no to a decision; empty: it does not."""
    found = judged(connection, account, SKILLS.get(decision, ()), now_ms)
    return found.reason_code if found and found.verdict is Verdict.DENY else ""


def _of_skill(
    rows: Sequence[store.CredentialRow], skill: str, now_ms: int
) -> Answer | None:
    of_skill = [row for row in rows if row.skill == skill]
    if not of_skill:
        return None
    found = [(standing(row, rows, now_ms), row) for row in of_skill]
    good = [row for stands, row in found if stands is renewal.Standing.GOOD]
    if not good:
        return Answer(Verdict.DENY, _REASONS[found[-1][0]])
    supervised = [row for row in good if is_supervised(row, now_ms)]
    if not supervised:
        return Answer(Verdict.DENY, Reason.SUPERVISION_OVERDUE)
    last = max(supervised, key=lambda row: row.until_ms)
    return Answer(Verdict.ALLOW, valid_until_ms=last.until_ms, evidence_ref=last.id)


def standing(
    row: store.CredentialRow, rows: Iterable[store.CredentialRow], now_ms: int
) -> renewal.Standing:
    """Of a credential, with those it rests on: a specialty ends with its licence."""
    own = renewal.standing(held(row), now_ms)
    type_ = TYPES.get(row.credential)
    if own is not renewal.Standing.GOOD or type_ is None:
        return own
    for code in type_.needs:
        below = [standing(one, rows, now_ms) for one in rows if one.credential == code]
        if renewal.Standing.GOOD not in below:
            return below[-1] if below else renewal.Standing.EXPIRED
    return own


def is_supervised(row: store.CredentialRow, now_ms: int) -> bool:
    """Whether the last supervision is recent enough for a new case."""
    return renewal.is_supervised(held(row), RULES, now_ms)


class IssuedCredentials:
    """Answers for those who were issued something; `roles` for everybody else."""

    def __init__(
        self, database: Database, roles: RoleCredentials, now_ms: Callable[[], int]
    ) -> None:
        self._database = database
        self._roles = roles
        self._now_ms = now_ms

    async def circle_open(self, question: CircleOpen) -> Answer:
        """See `Credentials`. A therapy circle needs a professional."""
        found = await self._judged(question.account, Decision.CIRCLE_OPEN_THERAPY)
        return await self._roles.circle_open(question) if found is None else found

    async def session_start(self, question: SessionStart) -> Answer:
        """See `Credentials`. Nobody is taken for a professional by default."""
        account = question.account
        if not question.is_professional:
            found = await self._judged(account, Decision.SESSION_START_PEER)
            return Answer(Verdict.ALLOW) if found is None else found
        found = await self._judged(account, Decision.SESSION_START_PROFESSIONAL)
        return await self._roles.licensed(account) if found is None else found

    async def eligible(self, question: Eligible) -> Answer:
        """See `Credentials`. By the specialty for people in a crisis."""
        found = await self._judged(question.account, Decision.RESPONDER_ELIGIBLE)
        return Answer(Verdict.ALLOW) if found is None else found

    async def _judged(self, account: Account, decision: Decision) -> Answer | None:
        now_ms = self._now_ms()
        return await self._database.read(judged, account, SKILLS[decision], now_ms)
