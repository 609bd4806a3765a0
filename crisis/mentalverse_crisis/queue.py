"""Who is next.

A0 goes before A1, and A1 before everything else, whatever their age. A2 to A4 go by
due time: an A3 whose time is nearly over goes before a fresh A2, by a bounded amount.
Ageing is that nearing due time and nothing else, so nobody is ever lifted over A0 and
A1.

A case that lost its responder, or was given back, is at the front of its class. One of
a cluster (many came from one address) is behind the others of its band in A0 and A1;
in the rest it counts as due one target later, which keeps it moving.

A drill comes after everybody who needs somebody, whatever its band.
"""

from __future__ import annotations

from .case import Case
from .policy import Policy

Place = tuple[bool, int, bool, bool, int, int, str]


def place(case: Case, policy: Policy) -> Place:
    """Sorts earlier, comes earlier.

    Drill, class, front, cluster, due time, queue time, id.
    """
    due_ms = case.accept_due_ms
    if case.is_clustered and not case.band.is_urgent:
        due_ms += policy.accept_ms(case.band)
    return (
        bool(case.drill),
        case.band.order_class,
        not case.is_front,
        case.is_clustered and case.band.is_urgent,
        due_ms,
        case.enqueued_at_ms,
        case.id,
    )
