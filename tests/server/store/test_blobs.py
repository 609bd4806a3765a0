"""Rows of blobs: quotas count what they should, and expiry takes what is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from mentalverse_server.store import blobs
from mentalverse_server.store.blobs import MIN_CHARGED_BYTES, BlobRow, Totals, Usage
from mentalverse_server.store.engine import Database
from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.ids import AccountId
from support.stored import NOW, ids

ATTACHMENT, ARCHIVE = BlobPurpose.ATTACHMENT, BlobPurpose.ARCHIVE
LATER = NOW + timedelta(days=1)


def blob(
    account: AccountId, size: int = 100_000, purpose: BlobPurpose = ATTACHMENT
) -> BlobRow:
    return BlobRow(ids(), account, purpose, size, bytes(32), NOW, None, LATER)


def stored(database: Database, row: BlobRow) -> BlobRow:
    database.write(blobs.create, row)
    return row


def completed(database: Database, row: BlobRow) -> BlobRow:
    stored(database, row)
    database.write(blobs.complete, row.id, NOW, None)
    return row


def test_a_blob_is_found_as_it_was_stored(database: Database) -> None:
    row = stored(database, blob(ids(), purpose=ARCHIVE))
    assert database.write(blobs.find, row.id) == row
    assert database.write(blobs.find, ids()) is None


def test_an_id_is_stored_once(database: Database) -> None:
    row = stored(database, blob(ids()))
    with pytest.raises(IntegrityError):
        stored(database, replace(row, account=ids()))


def test_completing_sets_time_and_end_once(database: Database) -> None:
    row = stored(database, blob(ids()))
    for moment in (NOW, LATER):
        database.write(blobs.complete, row.id, moment, None)
    assert database.write(blobs.find, row.id) == replace(
        row, completed_at=NOW, expires_at=None
    )


def test_only_an_upload_can_be_put_off(database: Database) -> None:
    begun, whole = blob(ids()), blob(ids())
    stored(database, begun)
    completed(database, whole)
    for row in (begun, whole):
        database.write(blobs.extend, row.id, LATER + timedelta(days=1))
    found = [database.write(blobs.find, row.id) for row in (begun, whole)]
    assert [row and row.expires_at for row in found] == [
        LATER + timedelta(days=1),
        None,
    ]


def test_usage_counts_one_account_one_purpose_and_every_open_upload(
    database: Database,
) -> None:
    ada, ben = ids(), ids()
    completed(database, blob(ada, 100_000))
    stored(database, blob(ada, 200_000))
    stored(database, blob(ada, 1))
    stored(database, blob(ada, 400_000, ARCHIVE))
    completed(database, blob(ben, 800_000))

    assert database.write(blobs.usage, ada, ATTACHMENT) == Usage(
        300_000 + MIN_CHARGED_BYTES, 0, 3
    )
    assert database.write(blobs.usage, ada, ARCHIVE) == Usage(400_000, 0, 3)
    assert database.write(blobs.usage, ben, ATTACHMENT) == Usage(800_000, 0, 0)
    assert database.write(blobs.usage, ids(), ATTACHMENT) == Usage(0, 0, 0)


def test_sums_do_not_overflow(database: Database) -> None:
    account = ids()
    for _ in range(3):
        completed(database, blob(account, 2**52))
    assert database.write(blobs.usage, account, ATTACHMENT).charged_bytes == 3 * 2**52
    assert database.write(blobs.totals) == Totals(3 * 2**52, 0)


def test_totals_are_of_everybody(database: Database) -> None:
    assert database.write(blobs.totals) == Totals(0, 0)
    completed(database, blob(ids(), 100))
    completed(database, blob(ids(), 10, ARCHIVE))
    stored(database, blob(ids(), 1000))
    assert database.write(blobs.totals) == Totals(110, 1)


def test_what_is_over_goes_in_bounded_steps(database: Database) -> None:
    over = {stored(database, blob(ids())).id for _ in range(5)}
    kept = completed(database, blob(ids()))
    later = stored(database, replace(blob(ids()), expires_at=LATER + timedelta(1)))

    taken = [database.write(blobs.forget_over, LATER, 2) for _ in range(4)]

    assert [len(step) for step in taken] == [2, 2, 1, 0]
    assert {name for step in taken for name in step} == over
    assert database.write(blobs.known, [kept.id, later.id, *over]) == {
        kept.id,
        later.id,
    }


def test_known_and_forget(database: Database) -> None:
    row, other = stored(database, blob(ids())), stored(database, blob(ids()))
    database.write(blobs.forget, row.id)
    assert database.write(blobs.known, [row.id, other.id, ids()]) == {other.id}
    assert database.write(blobs.known, []) == set()
