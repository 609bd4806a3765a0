"""What devices know of the log: growth accepted, two truths uncovered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mentalverse_crypto.ciphersuite import generate_signature_key_pair
from mentalverse_crypto.device_list import sign_first
from mentalverse_crypto.errors import DecodeError, SignatureError, WrongLog
from mentalverse_crypto.log_view import (
    MAX_AWAITED,
    LogView,
    Observed,
    SplitKind,
    check_deadline,
    gossip_due,
    observe,
    proofs_wanted,
)
from mentalverse_crypto.transparency import SignedHead
from support.deterministic import seeded_rng
from support.mutations import bit_flips, truncations
from support.transparency_log import LoggingService

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ACCOUNTS = [
    sign_first(generate_signature_key_pair(seeded_rng(seed)), bytes([seed]) * 16, [])
    for seed in range(24)
]


def service_with(entries: int, *, forged_from: int | None = None) -> LoggingService:
    """A log of some accounts; a forged one shows others from a place on."""
    service = LoggingService(NOW)
    for place in range(entries):
        shown = place if forged_from is None or place < forged_from else place + 12
        service.record_account(ACCOUNTS[shown])
    return service


def view_at(service: LoggingService, size: int) -> LogView:
    view, seen = observe(LogView(service.public), service.head(NOW, size), NOW)
    assert seen is Observed.ADVANCED
    return view


def test_a_head_with_its_proof_is_held_from_then_on() -> None:
    service = service_with(9)
    view = view_at(service, 4)
    newer = service.head(NOW)
    view, seen = observe(view, newer, NOW, service.growth(4, 9))
    assert (seen, view.head, view.split) == (Observed.ADVANCED, newer, None)


def test_the_same_tree_signed_later_is_known_and_its_time_kept() -> None:
    service = service_with(4)
    view = view_at(service, 4)
    later = service.head(NOW + DAY)
    view, seen = observe(view, later, NOW + DAY)
    assert (seen, view.head) == (Observed.KNOWN, later)
    view, seen = observe(view, service.head(NOW), NOW + DAY)
    assert (seen, view.head) == (Observed.KNOWN, later)


def test_an_earlier_head_of_the_same_log_changes_nothing() -> None:
    service = service_with(9)
    view = view_at(service, 9)
    after, seen = observe(view, service.head(NOW, 5), NOW, service.growth(5, 9))
    assert (seen, after) == (Observed.EARLIER, view)


def test_from_an_empty_log_everything_follows() -> None:
    service = service_with(3)
    view = view_at(service, 0)
    view, seen = observe(view, service.head(NOW), NOW)
    assert seen is Observed.ADVANCED
    assert observe(view, service.head(NOW, 0), NOW)[1] is Observed.EARLIER


@pytest.mark.parametrize("size", [3, 8])
def test_a_head_heard_from_others_waits_for_its_proof(size: int) -> None:
    service = service_with(8)
    view = view_at(service, 5)
    heard = service.head(NOW, size)
    view, seen = observe(view, heard, NOW)
    assert seen is Observed.UNPROVEN
    pair = min(5, size), max(5, size)
    assert proofs_wanted(view) == (pair,)
    view, seen = observe(view, heard, NOW, service.growth(*pair))
    assert seen in (Observed.ADVANCED, Observed.EARLIER)
    assert (proofs_wanted(view), view.split) == ((), None)


def test_two_roots_of_one_size_are_a_split_view_and_both_heads_its_evidence() -> None:
    honest, forged = service_with(8), service_with(8, forged_from=6)
    view = view_at(honest, 8)
    other = forged.head(NOW)
    view, seen = observe(view, other, NOW)
    assert seen is Observed.SPLIT
    assert view.split is not None
    assert view.split.kind is SplitKind.CONTRADICTION
    assert (view.split.held, view.split.other) == (view.head, other)


@pytest.mark.parametrize("proven_by_whom", ["honest", "forged"])
@pytest.mark.parametrize("size", [4, 9])
def test_a_fork_of_another_size_is_never_proven(proven_by_whom: str, size: int) -> None:
    honest, forged = service_with(9), service_with(9, forged_from=2)
    view = view_at(honest, 7)
    prover = honest if proven_by_whom == "honest" else forged
    proof = prover.growth(min(7, size), max(7, size))
    view, seen = observe(view, forged.head(NOW, size), NOW, proof)
    assert seen is Observed.UNPROVEN
    assert view.head == honest.head(NOW, 7)
    assert check_deadline(view, NOW + DAY - timedelta(milliseconds=1)).split is None
    late = check_deadline(view, NOW + DAY)
    assert late.split is not None
    assert late.split.kind is SplitKind.NO_PROOF
    assert late.split.other == forged.head(NOW, size)


def test_a_fork_that_was_heard_of_shows_when_its_size_is_reached() -> None:
    honest, forged = service_with(9), service_with(9, forged_from=2)
    view = view_at(honest, 5)
    view, _ = observe(view, forged.head(NOW, 7), NOW)
    view, seen = observe(view, honest.head(NOW, 7), NOW, honest.growth(5, 7))
    assert seen is Observed.SPLIT
    assert view.split is not None
    assert view.split.kind is SplitKind.CONTRADICTION
    assert view.head == honest.head(NOW, 7)


def test_a_split_view_stays_and_a_contradiction_is_the_better_evidence() -> None:
    honest, forged = service_with(9), service_with(9, forged_from=2)
    view = view_at(honest, 9)
    view, _ = observe(view, forged.head(NOW, 7), NOW)
    view = check_deadline(view, NOW + 2 * DAY)
    assert view.split is not None
    assert check_deadline(view, NOW + 3 * DAY).split == view.split
    view, _ = observe(view, forged.head(NOW), NOW)
    kept = view.split
    assert kept is not None
    assert kept.kind is SplitKind.CONTRADICTION
    view, _ = observe(view, service_with(9, forged_from=5).head(NOW), NOW)
    assert view.split == kept


def test_what_the_log_did_not_sign_is_nobody_s_evidence() -> None:
    service = service_with(5)
    view = view_at(service, 5)
    forged = replace(service_with(5, forged_from=1).head(NOW), signature=bytes(64))
    with pytest.raises(SignatureError):
        observe(view, forged, NOW)
    with pytest.raises(WrongLog):
        observe(view, LoggingService(NOW, seed=99).head(NOW), NOW)


def test_a_head_waits_once_and_a_bounded_number_of_heads_wait() -> None:
    service = service_with(3)
    view = view_at(service, 3)
    for seed in range(MAX_AWAITED + 4):
        other = LoggingService(NOW)
        for place in range(4 + seed % 8):
            other.record_account(ACCOUNTS[(place + seed) % 24])
        heard = other.head(NOW)
        for _ in range(2):
            view, _ = observe(view, heard, NOW + timedelta(hours=seed))
    assert len({each.head for each in view.awaited}) == MAX_AWAITED
    assert len(view.awaited) == MAX_AWAITED
    assert view.awaited[0].since_ms == int(NOW.timestamp() * 1000)


def test_two_members_of_a_group_uncover_a_service_that_shows_them_two_logs() -> None:
    for_ada, for_ben = service_with(9), service_with(9, forged_from=3)
    told_ada, told_ben = for_ada.head(NOW, 6), for_ben.head(NOW)
    ada, _ = observe(view_at(for_ada, 6), told_ben, NOW)
    ben, _ = observe(view_at(for_ben, 9), told_ada, NOW)
    for view, heard in ((ada, told_ben), (ben, told_ada)):
        assert proofs_wanted(view) == ((6, 9),)
        tried = view
        for service in (for_ada, for_ben):
            tried, seen = observe(tried, heard, NOW, service.growth(6, 9))
            assert seen is Observed.UNPROVEN
        assert check_deadline(tried, NOW + DAY).split is not None


def test_a_view_that_is_stored_is_the_same_when_it_is_read() -> None:
    honest, forged = service_with(9), service_with(9, forged_from=2)
    empty = LogView(honest.public)
    held = view_at(honest, 7)
    waiting, _ = observe(held, forged.head(NOW), NOW)
    split = check_deadline(waiting, NOW + DAY)
    for view in (empty, held, waiting, split):
        encoded = view.encode()
        assert LogView.decode(encoded) == view
        for damaged in truncations(encoded):
            with pytest.raises(DecodeError):
                LogView.decode(damaged)
    for damaged in bit_flips(split.encode()):
        try:
            read = LogView.decode(damaged)
        except DecodeError:
            continue
        assert read.encode() == damaged


@pytest.mark.parametrize(
    ("told", "minutes", "due"),
    [(None, None, True), (4, 90, True), (4, 30, False), (6, 90, False)],
    ids=["never told", "an hour ago", "just told", "nothing changed"],
)
def test_a_changed_head_is_told_once_an_hour(
    told: int | None, minutes: int | None, due: bool
) -> None:
    service = service_with(6)
    before: SignedHead | None = None if told is None else service.head(NOW, told)
    at = None if minutes is None else NOW - timedelta(minutes=minutes)
    assert gossip_due(service.head(NOW), before, at, NOW) is due
    assert not gossip_due(None, before, at, NOW)
