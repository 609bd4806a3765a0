"""What a member keeps of earlier epochs, and for how long."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mentalverse_crypto import group, persist
from mentalverse_crypto.codec import u16
from mentalverse_crypto.errors import EpochTooOld, UnknownPsk
from mentalverse_crypto.policy import unsafe_accept_any_credential
from mentalverse_crypto.proposals import PreSharedKey
from mentalverse_crypto.psk import ResumptionPsk, ResumptionPSKUsage
from mentalverse_crypto.state import GroupState, without_expired
from support.deterministic import seeded_rng
from support.mls_group import NOW, Client, commit, group_of

RNG = seeded_rng(64)
SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)


@pytest.fixture
def pair() -> list[Client]:
    return group_of(2, RNG)


def _late(pair: list[Client]) -> bytes:
    """A message of the epoch before the current one, which ended at `NOW`."""
    a, b = pair
    message = a.protect(b"late")
    commit(a, [b])
    return message


def _read(state: GroupState, message: bytes, now: datetime) -> group.Processed:
    return group.process(state, message, unsafe_accept_any_credential, now)


def test_a_late_message_is_read_until_a_week_after_its_epoch(
    pair: list[Client],
) -> None:
    message = _late(pair)
    state = pair[1].state
    assert _read(state, message, NOW + WEEK).plaintext == b"late"
    with pytest.raises(EpochTooOld):
        _read(state, message, NOW + WEEK + SECOND)


def test_the_keys_of_an_epoch_go_with_its_week(pair: list[Client]) -> None:
    _late(pair)
    state = pair[1].state
    assert len(without_expired(state, NOW + WEEK).past) == 1
    assert without_expired(state, NOW + WEEK + SECOND).past == ()


def test_any_later_message_takes_expired_keys_with_it(pair: list[Client]) -> None:
    _late(pair)
    a, b = pair
    message = a.protect(b"news")
    assert _read(b.state, message, NOW + WEEK + SECOND).state.past == ()


def test_a_resumption_key_is_kept_for_thirty_days_after_its_epoch(
    pair: list[Client],
) -> None:
    _late(pair)
    state = pair[0].state
    kept = without_expired(state, NOW + MONTH)
    assert set(kept.resumption_psks) == set(state.resumption_psks)
    later = without_expired(state, NOW + MONTH + SECOND)
    assert set(later.resumption_psks) == {state.epoch}
    assert later.ended == {}


def test_the_key_of_the_current_epoch_is_kept_however_long_it_lasts(
    pair: list[Client],
) -> None:
    later = without_expired(pair[0].state, NOW + 100 * MONTH)
    assert later.resumption_psks[later.epoch] == later.secrets.resumption_psk


def test_nobody_commits_to_a_resumption_key_that_has_expired(
    pair: list[Client],
) -> None:
    _late(pair)
    a, _ = pair
    a.group_state = without_expired(a.state, NOW + MONTH + SECOND)
    old = a.state.epoch - 1
    psk = ResumptionPsk(ResumptionPSKUsage.APPLICATION, b"group", old, RNG(32))
    with pytest.raises(UnknownPsk):
        a.stage(PreSharedKey(psk))


def test_nothing_expires_while_the_clock_stands_still_or_runs_backwards(
    pair: list[Client],
) -> None:
    _late(pair)
    state = pair[1].state
    for now in (NOW, NOW - MONTH):
        assert without_expired(state, now) == state


def test_ages_survive_storing(pair: list[Client]) -> None:
    _late(pair)
    restored = persist.restore(persist.serialise(pair[0].state))
    assert restored.ended == {e: int(NOW.timestamp()) for e in restored.ended}
    assert without_expired(restored, NOW + WEEK + SECOND).past == ()


def test_a_state_stored_without_ages_ages_from_when_it_is_read(
    pair: list[Client],
) -> None:
    message = _late(pair)
    state = pair[1].state
    data = persist.serialise(state)
    first = u16(1) + data[2 : -len(persist._encode_ages(state))]
    restored = persist.restore(first)
    assert restored == replace(state, ended={})
    begin = NOW + 2 * MONTH
    seen = without_expired(restored, begin)
    assert _read(seen, message, begin + WEEK).plaintext == b"late"
    with pytest.raises(EpochTooOld):
        _read(seen, message, begin + WEEK + SECOND)
