"""Every rule of RFC 9420, broken once by somebody whose own checks are off.

What arrives is well formed where its rule allows that, correctly signed, and wrong. The
browser's engine is given the same in `tests/interop/test_rules`.
"""

import pytest

from mentalverse_crypto.errors import InvalidTree
from mentalverse_crypto.policy import Policy
from mentalverse_crypto.proposals import Add
from support.broken.rule import scene, take
from support.broken.structures import STRUCTURES
from support.broken.table import RULES
from support.careless import careless, package_with
from support.deterministic import seeded_rng
from support.mls_group import Client, client, group_of

RNG = seeded_rng(62)


@pytest.mark.parametrize("broken", RULES)
def test_a_broken_rule_is_refused(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks a rule is refused by the name that belongs to it."""
    judged = scene()
    for given in RULES[broken].make(judged, monkeypatch):
        with pytest.raises(RULES[broken].error):
            take(judged, given)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_structure_that_stands_is_taken(
    structure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What carries a broken structure is taken when that is sound."""
    judged = scene()
    take(judged, STRUCTURES[structure].carry(judged, monkeypatch))


def test_an_encryption_key_of_the_tree_is_refused(
    members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c, _ = members
    leaf = c.state.tree.leaf(2)
    assert leaf is not None
    package = package_with(
        client("newcomer", RNG), leaf={"encryption_key": leaf.encryption_key}
    )
    with careless(monkeypatch):
        staged = a.stage(Add(package))
    with pytest.raises(InvalidTree):
        b.process(staged.commit)


def test_a_group_beyond_its_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, b = group_of(2, RNG, policy=Policy(max_leaves=2))
    add = Add(client("newcomer", RNG).key_package())
    with pytest.raises(InvalidTree):
        a.stage(add)
    with careless(monkeypatch):
        staged = a.stage(add)
    with pytest.raises(InvalidTree):
        b.process(staged.commit)
