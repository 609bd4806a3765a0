"""Other terms for two who are together, by the rules of the module.

What counts is the plan of the option that was chosen, where everything else reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from mentalverse_modules.matching.adjustment import Agreement, Terms, Wish, adjusted
from mentalverse_modules.matching.people import Pair
from mentalverse_modules.matching.proposal import Refused
from mentalverse_signaling.errors import NotNow

from ...clock import to_millis
from ...store import match_searches as searches
from ...store import match_wishes as store
from ...store.match_wishes import WishRow
from ...store.transaction import Transaction
from . import matching, matching_rows

__all__ = ["Terms"]


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What became of the terms of two."""

    id: str
    pair: Pair
    before: Agreement
    after: Agreement

    @property
    def is_news(self) -> bool:
        """Whether anything changed."""
        return self.after is not self.before

    @property
    def is_agreed(self) -> bool:
        """Whether other terms count now."""
        return self.after.terms != self.before.terms


def adjust(
    transaction: Transaction, id_: str, who: str, terms: Terms | None
) -> Adjusted:
    """One of the two asks for other terms, agrees, or takes back what they asked for.

    Raises:
        NotFound: not theirs.
        NotNow: it is over, or one has blocked the other.
        BadRequest: no plan has such terms.
    """
    connection, now_ms = transaction.connection, to_millis(transaction.now)
    relationship = matching.theirs(transaction, id_, who)
    # The plan goes with the mentee's account.
    is_over = relationship.ended_ms is not None
    asks = terms is not None
    if is_over or (asks and searches.is_blocked(connection, *relationship.pair)):
        raise NotNow("not as it stands now")
    plan = matching_rows.plan_of(searches.agreed(connection, id_)[0])
    before = Agreement(
        Terms(plan.structure, plan.meetings_a_month),
        {row.account: _wish_of(row) for row in store.of(connection, id_)},
    )
    try:
        after = adjusted(relationship, before, who, terms, now_ms)
    except Refused as refused:
        raise matching.as_error(refused) from None
    done = Adjusted(id_, relationship.pair, before, after)
    if done.is_news:
        rows = (_row(id_, of, wish) for of, wish in after.wishes.items())
        store.put(connection, id_, rows)
    if done.is_agreed:
        structure, often = after.terms.structure, after.terms.meetings_a_month
        plan = replace(plan, structure=structure, meetings_a_month=often)
        store.put_plan(connection, id_, msgspec.json.encode(plan).decode())
    return done


def _wish_of(row: WishRow) -> Wish:
    return Wish(Terms(row.structure, row.meetings_a_month), row.lapses_at_ms)


def _row(id_: str, who: str, wish: Wish) -> WishRow:
    terms = wish.terms
    return WishRow(id_, who, terms.structure, terms.meetings_a_month, wish.lapses_ms)
