"""Every way to place people, for comparing with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mentalverse_modules.matching.acceptance import Placed


def every_matching(
    orders: Sequence[Sequence[int]], places: list[int]
) -> Iterator[Placed]:
    """Each mentee with one of their own or with nobody, no mentor over their places."""

    def place(at: int, left: list[int]) -> Iterator[Placed]:
        if at == len(orders):
            yield []
            return
        for rest in place(at + 1, left):
            yield [None, *rest]
        for mentor in orders[at]:
            if left[mentor]:
                less = [*left]
                less[mentor] -= 1
                for rest in place(at + 1, less):
                    yield [mentor, *rest]

    return place(0, places)
