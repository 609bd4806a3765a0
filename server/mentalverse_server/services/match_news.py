"""Who is told what became of a search or a relationship.

Both people and coordinators look anew at once; endpoints outside are told by the
catalogue, with no reason that somebody gave. A relationship has the id of its proposal,
so all of it is in one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.match_desk_events import MatchQueueChanged
from mentalverse_signaling.match_events import MatchChanged

from ..clock import to_millis
from ..hooks.catalogue.fields import Role
from ..hooks.catalogue.relationships import (
    RelationshipChanged,
    RelationshipMember,
    RelationshipReason,
)
from ..hooks.defaults import matching
from ..hooks.defaults.match_terms import Adjusted
from ..hooks.defaults.matching import Act, Changed, Move, Moved, Party, Stage, State
from ..store import match_searches as searches
from ..store import matching as store
from ..store import roles
from ..store.facts import AccountsTold
from ..store.matching import MENTEE, WAITS
from ..store.transaction import Transaction
from .credential_steps import REVIEWERS
from .telling import tell

STOPPED, ENDED, LAPSED = "stopped", "ended", "lapsed"
"""Standings of whoever does not wait: by their word, after an end, after a choice that
was not made."""

_UNDONE: Mapping[Act, RelationshipReason] = {
    Act.DECLINE: RelationshipReason.DECLINED,
    Act.LAPSE: RelationshipReason.LAPSED,
    Act.CLOSE: RelationshipReason.WITHDRAWN,
    Act.FULL: RelationshipReason.OTHER,
}


def look_anew(transaction: Transaction, accounts: Iterable[str]) -> None:
    """Let these look anew at how everything stands."""
    told = tuple(AccountId(each) for each in accounts)
    transaction.publish(AccountsTold(told, "match.changed", MatchChanged()))


def queue_changed(transaction: Transaction) -> None:
    """Let those who review look anew at what waits."""
    found = roles.holders(transaction.connection, REVIEWERS)
    told = tuple(each.account for each in found)
    notice = MatchQueueChanged()
    transaction.publish(AccountsTold(told, "match.queue_changed", notice))


def moved(transaction: Transaction, what: Moved) -> None:
    """Tell of a proposal, and note whether the mentee waits on."""
    if not what.is_news:
        return
    before, after = what.before, what.after
    if before.stage is Stage.REVIEW:
        queue_changed(transaction)
    at = before.chosen if after.chosen is None else after.chosen
    mentor = () if at is None else (after.options[at].mentor,)
    look_anew(transaction, (after.mentee, *mentor))
    if after.stage is Stage.CLOSED:
        is_lapsed = before.stage is Stage.CHOICE and what.act is Act.LAPSE
        standing = LAPSED if is_lapsed else WAITS
        searches.stand(transaction.connection, after.mentee, MENTEE, standing)
    for mentor_ in mentor:
        _told_of_move(transaction, what, (after.mentee, mentor_), str(at))


def _told_of_move(
    transaction: Transaction, what: Moved, pair: tuple[str, str], occasion: str
) -> None:
    if what.act is Act.CHOOSE:
        name, reason = "proposed", RelationshipReason.PROPOSED
    elif what.after.stage is Stage.AGREED:
        name, reason = "consented", RelationshipReason.ACCEPTED
    elif what.before.stage is Stage.ASKED:
        name, reason = "ended", _UNDONE[what.act]
    else:
        return
    _tell(transaction, name, what.id, pair, reason, occasion)


def changed(transaction: Transaction, what: Changed, *, anew: bool = False) -> None:
    """Tell of a relationship. `anew`: the mentee looks for somebody else at once."""
    if not what.is_news:
        return
    after = what.after
    look_anew(transaction, after.pair)
    if after.phase != what.before.phase:
        _tell(transaction, "phase_changed", what.id, after.pair, None, "", after.phase)
    elif after.ended_ms is not None:
        standing = WAITS if anew else ENDED
        searches.stand(transaction.connection, after.mentee, MENTEE, standing)
        name, reason = "ended", RelationshipReason.OTHER
        if anew:
            reason = RelationshipReason.REMATCHED
        elif after.state is State.GRADUATED:
            name, reason = "graduated", RelationshipReason.COMPLETED
        _tell(transaction, name, what.id, after.pair, reason, "end")
    elif after.state is State.ACTIVE:
        reason = RelationshipReason.ACCEPTED
        _tell(transaction, "started", what.id, after.pair, reason, "")


def adjusted(transaction: Transaction, what: Adjusted) -> None:
    """Tell the two who asks for other terms; others only once these count."""
    if not what.is_news:
        return
    look_anew(transaction, what.pair)
    if what.is_agreed:
        # The same terms may be agreed on again, never at the same moment.
        occasion = f"{to_millis(transaction.now)}"
        reason = RelationshipReason.ACCEPTED
        _tell(transaction, "adjusted", what.id, what.pair, reason, occasion)


def reached(transaction: Transaction, pair: Sequence[AccountId]) -> None:
    """Both have signed a milestone: they may have come into another phase."""
    for each in matching.enter(transaction, pair):
        changed(transaction, each)


def leave(transaction: Transaction, account: AccountId) -> None:
    """Whoever leaves lets go of everybody, and these are told."""
    close = Move(Act.CLOSE, Party.MENTEE, account)
    found = store.open_proposal(transaction.connection, account)
    if found is not None and to_millis(transaction.now) < found[0].lapses_at_ms:
        moved(transaction, matching.move(transaction, found[0].id, close))
    for each in matching.decline_all(transaction, account):
        moved(transaction, each)
    for ended in matching.part_from_all(transaction, account):
        changed(transaction, ended)


def _tell(
    transaction: Transaction,
    name: str,
    id_: str,
    pair: tuple[str, str],
    reason: RelationshipReason | None,
    occasion: str,
    phase: int | None = None,
) -> None:
    mentee, mentor = pair
    members = (
        RelationshipMember(party=mentee, role=Role.MENTEE),
        RelationshipMember(party=mentor, role=Role.MENTOR),
    )
    tell(
        transaction,
        f"relationship.{name}",
        id_,
        RelationshipChanged(members=members, phase=phase, reason_code=reason),
        at_ms=to_millis(transaction.now),
        about=(AccountId(mentee), AccountId(mentor)),
        occasion=occasion if phase is None else f"{phase}",
    )
