"""A stored state is the state."""

import pytest

from mentalverse_crypto import persist
from mentalverse_crypto.errors import CorruptState, GenerationSpent
from mentalverse_crypto.key_package import KeyPackageSecrets
from mentalverse_crypto.policy import UNRESTRICTED
from support.deterministic import seeded_rng
from support.mls_group import Client, assert_agreement, client, commit, group_of

RNG = seeded_rng(11)


@pytest.fixture
def busy() -> list[Client]:
    """Five members with skipped keys, past epochs and waiting proposals."""
    members = group_of(5, RNG)
    a, b, *others = members
    for _ in range(3):
        commit(a, members[1:])
        kept = [a.protect(bytes([n])) for n in range(6)]
        b.process(kept[4])
        b.process(kept[1])
    message = b.propose_update()
    for other in (a, *others):
        other.process(message)
    return members


def test_a_restored_state_equals_the_stored_one(busy: list[Client]) -> None:
    for member in busy:
        assert persist.restore(persist.serialise(member.state)) == member.state


def test_a_group_goes_on_from_restored_states(busy: list[Client]) -> None:
    for member in busy:
        member.group_state = persist.restore(persist.serialise(member.state))
    commit(busy[2], [*busy[:2], *busy[3:]])
    commit(busy[1], [busy[0], *busy[2:]])
    assert_agreement(busy)


def test_a_key_used_before_storing_stays_used(busy: list[Client]) -> None:
    a, b, *others = busy
    commit(a, [b, *others])
    message = a.protect(b"once")
    b.process(message)
    b.group_state = persist.restore(persist.serialise(b.state))
    with pytest.raises(GenerationSpent):
        b.process(message)


def test_the_policy_is_stored_with_the_state() -> None:
    member = group_of(1, RNG, policy=UNRESTRICTED)[0]
    restored = persist.restore(persist.serialise(member.state))
    assert restored.policy == UNRESTRICTED


def test_damaged_states_are_refused_by_name(busy: list[Client]) -> None:
    data = persist.serialise(busy[0].state)
    for broken in (
        b"",
        data[:-1],
        data + b"\x00",
        b"\x00\x03" + data[2:],
        b"\x00\x01" + data[2:],
    ):
        with pytest.raises(CorruptState):
            persist.restore(broken)


def test_key_package_secrets_survive_storing() -> None:
    member = client("a", RNG)
    package = member.key_package(last_resort=True)
    kept = member.packages[0]
    assert KeyPackageSecrets.restore(kept.serialise()) == kept
    assert kept.key_package == package
    assert package.is_last_resort
    assert kept.ref == package.ref()
