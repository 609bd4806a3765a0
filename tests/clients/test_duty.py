"""What a group owes to the device lists: a pure rule over leaves and lists."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_client.groups.duty import Duty, duty_of, stranded
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import AccountId, DeviceId

ADA, BEN = AccountId("ada"), AccountId("ben")
Lists = dict[AccountId, frozenset[DeviceId]]


def leaf(name: str) -> Leaf:
    """ "ada1" is the first device of ada."""
    return AccountId(name[:3]), DeviceId(name)


def leaves(*names: str) -> frozenset[Leaf]:
    return frozenset(map(leaf, names))


def lists(*names: str) -> Lists:
    of: dict[AccountId, set[DeviceId]] = {ADA: set(), BEN: set()}
    for account, device in map(leaf, names):
        of[account].add(device)
    return {account: frozenset(found) for account, found in of.items() if found}


@pytest.mark.parametrize(
    ("there", "listed", "add", "remove"),
    [
        ("ada1 ben1", "ada1 ben1", "", ""),
        ("ada1 ben1", "", "", ""),
        ("ada1 ben1", "ada1 ada2 ben1 ben2", "ada2", ""),
        ("ada1 ada2 ben1", "ada1 ben1", "", "ada2"),
        ("ada1 ben1 ben2", "ada1 ben2", "", "ben1"),
        ("ada1 ben1", "ada1 ben2", "ben2", "ben1"),
        ("ada1 ada2 ben1", "ada2 ben2", "", ""),
    ],
)
def test_who_is_listed_comes_and_who_is_not_goes(
    there: str, listed: str, add: str, remove: str
) -> None:
    duty = duty_of(leaf("ada1"), leaves(*there.split()), lists(*listed.split()).get)
    assert duty == Duty(leaves(*add.split()), leaves(*remove.split()))


def test_nobody_is_judged_by_a_list_that_may_be_older_than_the_leaf() -> None:
    there, known = leaves("ada1", "ben1", "ben2"), lists("ada1", "ben1").get
    unjudged = leaves("ben2")
    assert not duty_of(leaf("ada1"), there, known, unjudged=unjudged)


def test_an_account_is_not_put_out_with_its_last_device() -> None:
    there, known = leaves("ada1", "ben1"), lists("ada1", "ben2").get
    duty = duty_of(leaf("ada1"), there, known)
    assert stranded(duty, there) == frozenset()
    duty = duty_of(leaf("ada1"), there, known, absent={DeviceId("ben2")})
    assert duty.remove == leaves("ben1")
    assert stranded(duty, there) == {BEN}


NAMES = st.sets(st.sampled_from(["ada1", "ada2", "ada3", "ben1", "ben2", "ben3"]))


@given(there=NAMES, listed=NAMES)
@settings(database=None, deadline=None, derandomize=True)
def test_once_done_nothing_is_owed(there: set[str], listed: set[str]) -> None:
    own, known = leaf("ada1"), lists("ada1", *listed).get
    group = leaves("ada1", *there)
    duty = duty_of(own, group, known)
    after = (group - duty.remove) | duty.add
    assert not duty_of(own, after, known)
    assert own in after
    accounts = {account for account, _ in group}
    assert {account for account, _ in after} == accounts - stranded(duty, group)
