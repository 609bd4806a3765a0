"""Who is in a conversation, before and after a commit changes it."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from mentalverse_server.store.accounts import create_account
from mentalverse_server.store.conversations import (
    ConversationState,
    DeviceSpan,
    advance_cursor,
    apply_membership,
    conversation,
    conversations_of_device,
    create_conversation,
    load_state,
    mark_leaving,
)
from mentalverse_server.store.engine import Database
from mentalverse_server.store.messages import RowKind, append_in_script
from mentalverse_server.store.transaction import Transaction
from mentalverse_signaling.conversation import (
    Change,
    ConversationKind,
    Leaf,
    Seat,
    apply_change,
)
from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.ids import ConversationId
from support.stored import NOW, ids


def leaf(database: Database, handle: str) -> Leaf:
    account, device = ids(), ids()
    database.write(create_account, account, handle, bytes(32), now=NOW)
    return account, device


def create(database: Database, creator: Leaf) -> ConversationId:
    identifier = ConversationId(ids())
    database.write(
        create_conversation,
        identifier,
        ids(),
        ConversationKind.CIRCLE,
        creator,
        Seat.STAFF,
        now=NOW,
    )
    return identifier


def state(database: Database, identifier: ConversationId) -> ConversationState:
    found = database.write(load_state, identifier)
    assert found is not None
    return found


def commit(
    database: Database, identifier: ConversationId, actor: Leaf, change: Change
) -> None:
    """Append a commit and store what it changes, as the delivery service does."""

    def script(connection: Connection) -> None:
        before = load_state(connection, identifier)
        assert before is not None
        after = apply_change(before.membership, actor, change)
        place = append_in_script(
            Transaction(connection, NOW), identifier, RowKind.COMMIT, b"commit"
        )
        apply_membership(connection, identifier, before.membership, after, place.seq)

    database.write(script)


def test_the_creator_is_the_only_leaf(database: Database) -> None:
    creator = leaf(database, "facilitator")
    identifier = create(database, creator)
    found = state(database, identifier)
    assert (found.id, found.epoch, found.head) == (identifier, 0, 0)
    assert found.kind is ConversationKind.CIRCLE
    assert found.membership.seats == {creator[0]: Seat.STAFF}
    assert found.membership.leaves == {creator}
    assert found.handles == {creator[0]: "facilitator"}
    assert found.devices == {creator[1]: DeviceSpan(creator[0], 0, None, 0)}
    row = database.write(conversation, identifier)
    assert row is not None and (row.group, row.created_at) == (found.group, NOW)


def test_an_unknown_conversation_is_none(database: Database) -> None:
    assert database.write(load_state, ids()) is None
    assert database.write(conversation, ids()) is None


def test_a_conversation_or_group_exists_once(database: Database) -> None:
    creator = leaf(database, "facilitator")
    identifier = create(database, creator)
    group = state(database, identifier).group
    for again, other_group in ((identifier, ids()), (ids(), group)):
        with pytest.raises(Conflict):
            database.write(
                create_conversation,
                again,
                other_group,
                ConversationKind.CIRCLE,
                creator,
                Seat.STAFF,
                now=NOW,
            )


def test_a_stored_change_is_the_change_that_was_decided(database: Database) -> None:
    staff, member = leaf(database, "staff"), leaf(database, "member")
    second = (member[0], ids())
    identifier = create(database, staff)
    commit(database, identifier, staff, Change(adds=(member, second)))
    found = state(database, identifier)
    assert found.membership.leaves == {staff, member, second}
    assert found.membership.seats == {
        staff[0]: Seat.STAFF,
        member[0]: Seat.PARTICIPANT,
    }
    assert found.devices[member[1]] == DeviceSpan(member[0], 1, None, 1)
    commit(database, identifier, staff, Change(removes=(second,)))
    found = state(database, identifier)
    assert found.membership.leaves == {staff, member}
    assert found.devices[second[1]].left_seq == 2
    commit(database, identifier, staff, Change(removes=(member,)))
    found = state(database, identifier)
    assert found.membership.seats == {staff[0]: Seat.STAFF}
    assert found.handles == {staff[0]: "staff"}


def test_a_device_that_comes_back_reads_from_its_new_joining(
    database: Database,
) -> None:
    staff, member = leaf(database, "staff"), leaf(database, "member")
    identifier = create(database, staff)
    commit(database, identifier, staff, Change(adds=(member,)))
    commit(database, identifier, staff, Change(removes=(member,)))
    commit(database, identifier, staff, Change(adds=(member,)))
    assert state(database, identifier).devices[member[1]] == DeviceSpan(
        member[0], 3, None, 3
    )


def test_a_device_sees_every_conversation_it_is_or_was_in(database: Database) -> None:
    staff, member = leaf(database, "staff"), leaf(database, "member")
    left, stayed, _other = (create(database, staff) for _ in range(3))
    for identifier in (left, stayed):
        commit(database, identifier, staff, Change(adds=(member,)))
    commit(database, left, staff, Change(removes=(member,)))
    found = database.write(conversations_of_device, member[1])
    assert [one.id for one in found] == sorted([left, stayed])
    assert {one.id: one.devices[member[1]].left_seq for one in found} == {
        left: 2,
        stayed: None,
    }
    assert database.write(conversations_of_device, ids()) == []


def test_a_request_to_leave_is_remembered_once(database: Database) -> None:
    staff = leaf(database, "staff")
    identifier = create(database, staff)
    assert database.write(mark_leaving, identifier, staff[0])
    assert not database.write(mark_leaving, identifier, staff[0])
    assert not database.write(mark_leaving, identifier, ids())
    assert state(database, identifier).membership.leaving == {staff[0]}


def test_a_cursor_moves_forward_and_not_beyond_the_head(database: Database) -> None:
    staff, member = leaf(database, "staff"), leaf(database, "member")
    identifier = create(database, staff)
    commit(database, identifier, staff, Change(adds=(member,)))
    commit(database, identifier, staff, Change(removes=(member,)))
    device = staff[1]
    assert database.write(advance_cursor, identifier, device, 2)
    assert not database.write(advance_cursor, identifier, device, 1)
    assert not database.write(advance_cursor, identifier, device, 3)
    assert not database.write(advance_cursor, identifier, ids(), 1)
    assert state(database, identifier).devices[device].cursor == 2
