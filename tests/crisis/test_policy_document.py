"""A policy that comes from a form or an editor is what it says, or is refused."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crisis.errors import MalformedPolicy
from mentalverse_crisis.policy import DEFAULT, Policy
from mentalverse_crisis.policy_document import MAX_DOCUMENT_BYTES, read, written

FIXED = settings(database=None, deadline=None, derandomize=True)
RAW = json.loads(written(DEFAULT))
INTEGERS = sorted(
    name
    for name, value in msgspec.to_builtins(DEFAULT).items()
    if isinstance(value, int)
)


def changed(**fields: Any) -> str:
    return json.dumps({**RAW, **fields})


def of_a2(**fields: Any) -> str:
    bands = RAW["bands"]
    return changed(bands={**bands, "A2": {**bands["A2"], **fields}})


def test_a_policy_is_read_as_it_was_written() -> None:
    """With every field, so that who reads it sees what a default says."""
    assert read(written(DEFAULT)) == DEFAULT
    assert read(written(DEFAULT).encode()) == DEFAULT
    assert set(RAW) == set(Policy.__struct_fields__)
    short = {name: RAW[name] for name in ("revision", "bands", "ladder")}
    assert read(json.dumps(short)) == DEFAULT


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ("", "JSON"),
        ("[1", "JSON"),
        ("[]", "object"),
        ("[" * 9_000, "JSON"),
        (" " * (MAX_DOCUMENT_BYTES + 1), "octets"),
        (changed(lease_second=60), "lease_second: a policy has no such field"),
        (of_a2(reply=1), "bands.A2.reply: a policy has no such field"),
        (
            changed(ladder=[{"at_percent": 50, "pages": ["tier_1"], "wide": 1}]),
            "ladder.1.wide",
        ),
        (of_a2(accept_seconds="soon"), "$.bands.A2.accept_seconds"),
        (of_a2(accept_seconds=2.5), "$.bands.A2.accept_seconds"),
        (of_a2(accept_seconds=0), "bands.A2.accept_seconds: a whole number from 1"),
        (of_a2(accept_seconds=10**12), "bands.A2.accept_seconds: a whole number"),
        (of_a2(objective_percent=101), "bands.A2.objective_percent"),
        (of_a2(plan={"stages": [], "answer_seconds": 20}), "offer plan"),
        (changed(lease_seconds=29), "lease_seconds: a whole number from 30"),
        (changed(contact_seconds=0), "contact_seconds"),
        (changed(revision=""), "revision: a name"),
        (changed(revision="own 1"), "revision: a name"),
        (changed(revision="own-1\n"), "revision: a name"),
        (changed(revision="x" * 65), "revision: a name"),
        (changed(standby_tiers=["Tier 1"]), "standby_tiers: a tier is"),
        (changed(ladder=[{"at_percent": 50, "pages": ["t" * 33]}]), "ladder.1.pages"),
        (changed(ladder=RAW["ladder"] * 5), "ladder: at most 20"),
        (changed(follow_up_attempts=[5, 3]), "follow_up_attempts"),
        (changed(back_up_band="A5"), "back_up_band: the name of a band"),
        (changed(back_up_band=None), "$.back_up_band"),
        (changed(bands={"A0": RAW["bands"]["A0"]}), "every band"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(document: str, place: str) -> None:
    """A misspelt field is never silently the default of another."""
    with pytest.raises(MalformedPolicy) as refused:
        read(document)
    assert place in str(refused.value)


@FIXED
@given(name=st.sampled_from(INTEGERS), value=st.integers(-(10**15), 10**15))
def test_no_number_makes_a_policy_that_cannot_be_kept(name: str, value: int) -> None:
    """Whatever stands in a field: refused, or read and written as it is."""
    try:
        policy = read(changed(**{name: value}))
    except MalformedPolicy as error:
        assert name in str(error) or "reminders" in str(error) or "offer" in str(error)
        return
    assert 0 <= getattr(policy, name) == value < 10**9
    assert read(written(policy)) == policy


@FIXED
@given(
    document=st.text(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*RAW, "x"]), inner, max_size=3)
        ),
        max_leaves=10,
    ).map(json.dumps)
)
def test_nothing_else_is_ever_raised(document: str) -> None:
    """Whoever writes nonsense hears that it is."""
    with pytest.raises(MalformedPolicy):
        read(document)
