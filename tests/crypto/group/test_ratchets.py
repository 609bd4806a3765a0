"""Message keys: late, early, lost and repeated messages."""

import pytest

from mentalverse_crypto import secret_tree
from mentalverse_crypto.errors import (
    EpochTooOld,
    GenerationSpent,
    GenerationTooFarAhead,
    InvalidMessage,
)
from mentalverse_crypto.policy import RatchetLimits
from mentalverse_crypto.secret_tree import RatchetKind
from support.deterministic import seeded_rng
from support.mls_group import SUITE, Client, commit, group_of

RNG = seeded_rng(31)
KIND = RatchetKind.APPLICATION
LIMITS = RatchetLimits()


@pytest.fixture
def pair() -> list[Client]:
    return group_of(2, RNG)


def _send(sender: Client, count: int) -> list[bytes]:
    return [sender.protect(str(n).encode()) for n in range(count)]


def test_messages_are_read_in_any_order_inside_the_window(pair: list[Client]) -> None:
    a, b = pair
    messages = _send(a, LIMITS.out_of_order_window + 1)
    for number in reversed(range(len(messages))):
        assert b.process(messages[number]).plaintext == str(number).encode()


def test_a_key_older_than_the_window_is_gone(pair: list[Client]) -> None:
    a, b = pair
    messages = _send(a, LIMITS.out_of_order_window + 2)
    b.process(messages[-1])
    with pytest.raises(GenerationSpent):
        b.process(messages[0])
    assert b.process(messages[1]).plaintext == b"1"


def test_the_window_holds_across_many_gaps(pair: list[Client]) -> None:
    a, b = pair
    messages = _send(a, 4 * LIMITS.out_of_order_window)
    for message in messages[1::2]:
        b.process(message)
    ratchet = b.state.secret_tree.ratchets[0, KIND]
    assert len(ratchet.skipped) == LIMITS.out_of_order_window
    with pytest.raises(GenerationSpent):
        b.process(messages[0])
    assert b.process(messages[-2]).plaintext is not None


def test_a_message_is_read_once(pair: list[Client]) -> None:
    a, b = pair
    message = a.protect(b"once")
    b.process(message)
    with pytest.raises(GenerationSpent):
        b.process(message)


def test_the_forward_limit_is_exact() -> None:
    tree = secret_tree.create(bytes(32), 2)
    limit = LIMITS.forward_generations
    secret_tree.key_for(SUITE, tree, 1, KIND, limit, LIMITS)
    with pytest.raises(GenerationTooFarAhead):
        secret_tree.key_for(SUITE, tree, 1, KIND, limit + 1, LIMITS)


def test_the_last_generation_costs_nothing_to_refuse() -> None:
    tree = secret_tree.create(bytes(32), 2)
    with pytest.raises(GenerationTooFarAhead):
        secret_tree.key_for(SUITE, tree, 1, KIND, 0xFFFF_FFFF, LIMITS)
    with pytest.raises(InvalidMessage):
        secret_tree.key_for(SUITE, tree, 2, KIND, 0, LIMITS)


def test_sender_and_receiver_walk_the_same_ratchet() -> None:
    tree = secret_tree.create(bytes(range(32)), 8)
    for generation in range(5):
        tree, made = secret_tree.next_key(SUITE, tree, 5, KIND)
        other = secret_tree.create(bytes(range(32)), 8)
        _, found = secret_tree.key_for(SUITE, other, 5, KIND, generation, LIMITS)
        assert made == found


def test_a_used_key_is_nowhere_in_the_state(pair: list[Client]) -> None:
    a, b = pair
    messages = _send(a, 3)
    b.process(messages[2])
    kept = b.state.secret_tree.ratchets[0, KIND]
    assert set(kept.skipped) == {0, 1}
    assert kept.generation == 3
    assert 0 not in b.state.secret_tree.nodes


def test_late_messages_of_two_past_epochs_are_read_and_older_are_not(
    pair: list[Client],
) -> None:
    a, b = pair
    messages = []
    for number in range(4):
        messages.append(a.protect(str(number).encode()))
        commit(a, [b])
    assert b.process(messages[3]).plaintext == b"3"
    late = b.process(messages[2])
    assert late.plaintext == b"2"
    assert late.epoch == b.state.epoch - 2
    for message in messages[:2]:
        with pytest.raises(EpochTooOld):
            b.process(message)
    with pytest.raises(GenerationSpent):
        b.process(messages[2])


def test_a_handshake_of_a_past_epoch_is_refused(pair: list[Client]) -> None:
    a, b = pair
    late = a.stage().commit
    commit(a, [b])
    with pytest.raises(EpochTooOld):
        b.process(late)
