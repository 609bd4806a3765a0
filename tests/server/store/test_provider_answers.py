"""What providers said last: one row each, and never an older one over a newer."""

from __future__ import annotations

from mentalverse_server.hooks.ports import Verdict
from mentalverse_server.hooks.ruling import Kept, Standing
from mentalverse_server.store import provider_answers as store
from mentalverse_server.store.engine import Database
from mentalverse_signaling.ids import AccountId

ANN, BEN = AccountId("a" * 32), AccountId("b" * 32)
PEER = "session.start_peer"
YES = Kept(Verdict.ALLOW, "", 1_000, 9_000)
NO = Kept(Verdict.DENY, "suspended", 2_000, None)


def _known(database: Database, account: AccountId = ANN) -> Standing:
    return database.write(store.standing, PEER, account)


def test_the_last_answer_of_each_provider_is_kept(database: Database) -> None:
    database.write(store.put, PEER, ANN, "register", YES)
    database.write(store.put, PEER, ANN, "board", YES)
    database.write(store.put, PEER, ANN, "register", NO)
    assert _known(database).kept == {"register": NO, "board": YES}
    assert _known(database, BEN) == Standing(False, {})
    other = database.write(store.standing, "circle.open_therapy", ANN)
    assert other == Standing(False, {})


def test_what_was_said_before_changes_nothing(database: Database) -> None:
    database.write(store.put, PEER, ANN, "register", NO)
    database.write(store.put, PEER, ANN, "register", YES)
    assert _known(database).kept == {"register": NO}


def test_a_revocation_stands_until_it_is_undone(database: Database) -> None:
    for _ in range(2):
        database.write(store.revoke, ANN, 1_000)
    assert _known(database).is_revoked
    assert not _known(database, BEN).is_revoked
    assert database.write(store.reinstate, ANN)
    assert not database.write(store.reinstate, ANN)
    assert not _known(database).is_revoked


def test_an_old_yes_is_forgotten_and_an_old_no_is_not(database: Database) -> None:
    database.write(store.put, PEER, ANN, "register", YES)
    database.write(store.put, PEER, ANN, "board", NO)
    database.write(store.forget_old, 1_000)
    assert _known(database).kept == {"register": YES, "board": NO}
    database.write(store.forget_old, 5_000)
    assert _known(database).kept == {"board": NO}
