"""Stable cohorts by deferred acceptance (Gale and Shapley 1962), with several places.

Mentees propose to mentors in their own order, a mentor holds the best so far and lets
the rest go on. What comes out has no pair that would both rather be together, is the
best such outcome for every mentee at once, and no mentee gains by stating another
order.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

from .people import Pair

Placed = list[int | None]
"""By proposer: the receiver that holds them."""


def deferred_acceptance(
    orders: Sequence[Sequence[int]],
    standings: Sequence[Sequence[int]],
    places: Sequence[int],
) -> Placed:
    """Place proposers with receivers.

    Args:
        orders: by proposer, the receivers that are possible, best first.
        standings: by receiver, then by proposer: higher is better, 0 is impossible.
        places: by receiver, 0 or more.
    """
    held: list[list[tuple[int, int]]] = [[] for _ in places]
    asked = [0] * len(orders)
    free = list(range(len(orders) - 1, -1, -1))
    while free:
        proposer = free.pop()
        order = orders[proposer]
        while asked[proposer] < len(order):
            receiver = order[asked[proposer]]
            asked[proposer] += 1
            standing = standings[receiver][proposer]
            if not standing or not places[receiver]:
                continue
            holds = held[receiver]
            if len(holds) < places[receiver]:
                heapq.heappush(holds, (standing, proposer))
                break
            if standing > holds[0][0]:
                free.append(heapq.heapreplace(holds, (standing, proposer))[1])
                break
    placed: Placed = [None] * len(orders)
    for receiver, holds in enumerate(held):
        for _, proposer in holds:
            placed[proposer] = receiver
    return placed


def blocking_pairs(
    orders: Sequence[Sequence[int]],
    standings: Sequence[Sequence[int]],
    places: Sequence[int],
    placed: Placed,
) -> Iterator[tuple[int, int]]:
    """Pairs that would both rather be together than as they are placed."""
    held: list[list[int]] = [[] for _ in places]
    for proposer, receiver in enumerate(placed):
        if receiver is not None:
            held[receiver].append(standings[receiver][proposer])
    for proposer, order in enumerate(orders):
        for receiver in order:
            if receiver == placed[proposer]:
                break
            standing = standings[receiver][proposer]
            holds = held[receiver]
            has_room = len(holds) < places[receiver]
            if standing and (has_room or (holds and standing > min(holds))):
                yield proposer, receiver


def named(
    placed: Placed, proposers: Sequence[str], receivers: Sequence[str]
) -> tuple[Pair, ...]:
    """The pairs by name, in the order of the proposers."""
    return tuple(
        (proposers[proposer], receivers[receiver])
        for proposer, receiver in enumerate(placed)
        if receiver is not None
    )
