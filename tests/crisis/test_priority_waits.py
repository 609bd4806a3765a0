"""Mean waits in strict order: known values, conservation, and every state counted."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_crisis.errors import BeyondCapacity
from mentalverse_crisis.priority_waits import mean_waits
from mentalverse_crisis.staffing import Demand, staffed

classes = st.lists(st.floats(0.01, 2), min_size=1, max_size=5)


def test_one_responder_and_two_classes_have_their_known_waits() -> None:
    """Of 0.3 and 0.4 a second, each taking a second; in one line both wait 2.3333."""
    first, second = mean_waits([0.3, 0.4], 1, None, 1)
    in_one_line = staffed(Demand(0.7, 1, None), 1).mean_wait_seconds
    assert (f"{first:.4f}", f"{second:.4f}") == ("1.0000", "3.3333")
    assert f"{in_one_line:.4f}" == "2.3333"
    assert f"{0.3 * first + 0.4 * second:.4f}" == "1.6333"
    assert f"{0.7 * in_one_line:.4f}" == "1.6333"


@given(classes, st.integers(1, 6), st.floats(0.01, 1e4) | st.none())
def test_order_only_hands_the_waiting_from_one_to_another(
    arrivals: list[float], responders: int, patience: float | None
) -> None:
    """Load times wait adds up to that of one line; who goes before waits less."""
    line = Demand(sum(arrivals), 1, patience)
    if patience is None and line.load >= 0.99 * responders:
        return
    waits = mean_waits(arrivals, 1, patience, responders)
    assert sum(
        load * wait for load, wait in zip(arrivals, waits, strict=True)
    ) == pytest.approx(line.load * staffed(line, responders).mean_wait_seconds)
    assert all(a <= b * (1 + 1e-6) for a, b in zip(waits, waits[1:], strict=False))


@given(classes)
def test_hardly_anybody_leaving_is_cobhams_formula(arrivals: list[float]) -> None:
    """W_k = C / (s (1 - σ_(k-1)) (1 - σ_k)), s the rate of all, σ of loads so far."""
    responders = int(sum(arrivals) / 0.9) + 1
    patient = mean_waits(arrivals, 1, None, responders)
    waits, before = staffed(Demand(sum(arrivals), 1, None), responders).waits, 0.0
    for rate, wait in zip(arrivals, patient, strict=True):
        after = before + rate / responders
        assert wait == pytest.approx(waits / responders / (1 - before) / (1 - after))
        before = after
    assert mean_waits(arrivals, 1, 1e12, responders) == pytest.approx(patient, rel=1e-3)


def test_it_is_what_every_state_of_a_small_desk_says() -> None:
    """Two responders, two classes, everybody patient for as long as one takes.

    The states are how many are busy and how many wait of each class, up to 14; their
    probabilities are found by letting the desk run on until nothing changes.
    """
    first, second, responders, most = 0.9, 1.2, 2, 14
    states = [(busy, 0, 0) for busy in range(responders)]
    states += [(responders, a, b) for a, b in product(range(most), repeat=2)]
    possible = set(states)
    leads: dict[tuple[int, int, int], list[tuple[tuple[int, int, int], float]]] = {}
    for busy, a, b in states:
        moves = []
        if busy < responders:
            moves.append(((busy + 1, 0, 0), first + second))
        else:
            moves.append(((busy, a + 1, b), first))
            moves.append(((busy, a, b + 1), second))
        if a:
            moves.append(((busy, a - 1, b), busy + a))
        elif b:
            moves.append(((busy, a, b - 1), float(busy)))
        elif busy:
            moves.append(((busy - 1, 0, 0), float(busy)))
        if b:
            moves.append(((busy, a, b - 1), float(b)))
        leads[busy, a, b] = [move for move in moves if move[0] in possible]
    clock = 2 * most + responders + first + second
    likely = dict.fromkeys(states, 1 / len(states))
    for _ in range(2000):
        after = dict.fromkeys(states, 0.0)
        for state, p in likely.items():
            stays = p
            for to, rate in leads[state]:
                after[to] += p * rate / clock
                stays -= p * rate / clock
            after[state] += stays
        likely = after
    of_first = sum(p * a for (_, a, _), p in likely.items()) / first
    of_second = sum(p * b for (_, _, b), p in likely.items()) / second
    found = mean_waits([first, second], 1, 1, responders)
    assert found == pytest.approx((of_first, of_second), rel=1e-6)


def test_a_line_that_never_ends_is_refused() -> None:
    """Though the first class alone would be answered."""
    with pytest.raises(BeyondCapacity):
        mean_waits([0.3, 0.8], 1, None, 1)
