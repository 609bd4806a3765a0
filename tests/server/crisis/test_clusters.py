"""Many from one address: told apart, never refused, and nothing of it kept for long."""

from __future__ import annotations

import secrets

from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_server.auth.rate_keys import RateKeys
from mentalverse_server.crisis.clusters import MAX_KEYS, Clusters
from support.clock import ManualClock

FIXED = settings(database=None, deadline=None, derandomize=True)
OPENS, WITHIN_SECONDS = 5, 600


def clusters(clock: ManualClock) -> Clusters:
    return Clusters(
        RateKeys(clock, secrets.token_bytes), clock, lambda: (OPENS, WITHIN_SECONDS)
    )


@FIXED
@given(
    steps=st.lists(
        st.tuples(
            st.floats(0, 300),
            st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1"]),
            st.integers(0, 40),
        ),
        max_size=80,
    )
)
def test_more_than_five_in_ten_minutes_are_a_cluster_and_no_fewer(
    steps: list[tuple[float, str, int]],
) -> None:
    """By what everybody can count: different requests of an address within the time."""
    clock = ManualClock()
    seen, asked = clusters(clock), dict[str, list[tuple[float, int]]]()
    for wait, address, request in steps:
        clock.advance(wait)
        now = clock.monotonic()
        lately = [
            one for one in asked.get(address, []) if one[0] > now - WITHIN_SECONDS
        ]
        asked[address] = lately
        before = [known for _, known in lately]
        if request in before:
            expected = before.index(request) >= OPENS
        else:
            expected = len(lately) >= OPENS
            lately.append((now, request))
        assert seen.is_beyond(address, str(request)) is expected


def test_the_memory_of_addresses_is_bounded() -> None:
    """Whoever has very many addresses fills nothing."""
    clock = ManualClock()
    seen = clusters(clock)
    for number in range(MAX_KEYS + 100):
        seen.is_beyond(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "a")
    assert len(seen) == MAX_KEYS
