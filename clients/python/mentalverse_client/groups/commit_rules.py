"""What a commit has to keep besides the rules of MLS.

A commit is more than valid MLS. The members it declares to the server must be those
it adds and removes, no device may get a second leaf, a leaf stays with its device,
a direct conversation stays between two people, and nobody enters
uninvited; and what proves a message fits a report. A commit that breaks one of these
is not applied, whoever signed it.

Nobody enters from outside but a device that comes back (RFC 9420 §12.4.3.2): its
account is in the group, its account's list names it, and it replaces no leaf but its
own. Unless it proves that it was in an earlier epoch, its account has to have listed
it for a day: who steals an account's key would not be in every group at once. The day
is counted by the time of the commit's row, so that everybody counts the same, up to
this device's own clock, which a server cannot put forward. An hour is let off, since
the clocks of three devices take part.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mentalverse_crypto import credential as credentials
from mentalverse_crypto import declared, group
from mentalverse_crypto.errors import CredentialMismatch, MlsError
from mentalverse_crypto.group import Processed
from mentalverse_crypto.psk import ResumptionPsk
from mentalverse_crypto.state import GroupState
from mentalverse_signaling.conversation import (
    ConversationKind,
    Leaf,
    Seat,
    seats_for,
)
from mentalverse_signaling.ids import AccountId

from ..account.trust import (
    check_one_leaf_per_device,
    declared_leaves,
    leaf_of,
    read_credential,
)
from ..store.device_lists import DeviceLists

UNPROVEN_AFTER = timedelta(days=1)
"""Age from which a device comes in without having been in the group."""
MAX_PROOF_PART_BYTES = 16 * 1024
"""Longest GroupContext, and longest LeafNode. Both go into reports: nobody gets out of
one by a leaf that does not fit. Those we make take 3 KiB."""
CLOCKS_DIFFER = timedelta(hours=1)
"""How far the clocks may be apart of who listed a device, who returns, and the log."""


class CommitRefused(Exception):  # noqa: N818 - a verdict between these modules
    """A commit that is valid MLS, and not one we take part in."""


class ListNeeded(Exception):  # noqa: N818 - a verdict between these modules
    """Whether a commit is acceptable depends on the account's newest device list."""

    def __init__(self, account: AccountId) -> None:
        super().__init__(account)
        self.account = account


def check_commit(
    kind: ConversationKind,
    before: GroupState,
    processed: Processed,
    lists: DeviceLists,
    at: datetime,
) -> None:
    """Check somebody's commit against the rules above.

    Args:
        kind: What the conversation is for.
        before: The group before the commit.
        processed: What the commit did.
        lists: What accounts list, for who comes back from outside.
        at: When the commit came into the log; no later than now.

    Raises:
        CommitRefused: it breaks one, named in the message.
        ListNeeded: whether it does depends on a list that is not known.
    """
    try:
        stated = declared.decode(processed.authenticated_data)
        added = frozenset(leaf_of(leaf.credential) for leaf in processed.added)
        removed = frozenset(leaf_of(leaf.credential) for leaf in processed.removed)
        if (declared_leaves(stated.adds), declared_leaves(stated.removes)) != (
            added,
            removed,
        ):
            raise CommitRefused("a commit did something else than it declared")
        if processed.external:
            _check_return(before, processed, added, removed, lists, at)
        _check_updates(before, processed)
        check_members(kind, processed.state)
    except MlsError as error:
        raise CommitRefused(f"a commit is not acceptable ({error.code})") from None


def check_members(kind: ConversationKind, state: GroupState) -> None:
    """Check who is in a group, after a commit or on joining it.

    Raises:
        CredentialMismatch: a device has two leaves, or a leaf is none of ours.
        CommitRefused: more accounts than the kind has places, or a leaf or the
            GroupContext is too large for a report.
    """
    leaves = [leaf_of(member.credential) for member in group.members(state)]
    check_one_leaf_per_device(leaves)
    parts = [state.group_context.encode()]
    parts += [leaf.encode() for _, leaf in state.tree.leaves()]
    if max(map(len, parts)) > MAX_PROOF_PART_BYTES:
        raise CommitRefused("what proves messages of this group is too large")
    places = sum(seats_for(kind, seat) for seat in Seat)
    if len({account for account, _ in leaves}) > places:
        raise CommitRefused("more people were added than the conversation has places")


def leaves_of(state: GroupState) -> frozenset[Leaf]:
    """Account and device of every leaf."""
    return frozenset(leaf_of(member.credential) for member in group.members(state))


def may_return_unproven(lists: DeviceLists, leaf: Leaf, now: datetime) -> bool:
    """Whether a device has been listed long enough to come in without proof."""
    approved = lists.approved_at(*leaf)
    if approved is None:
        return False
    return now - datetime.fromtimestamp(approved, UTC) >= UNPROVEN_AFTER


def _check_return(
    before: GroupState,
    processed: Processed,
    added: frozenset[Leaf],
    removed: frozenset[Leaf],
    lists: DeviceLists,
    at: datetime,
) -> None:
    """Check that a commit from outside is of a device that comes back."""
    if processed.sender is None:
        raise CommitRefused("nobody joined from outside the group")
    joined = leaf_of(processed.sender.credential)
    if added != {joined} or not removed <= {joined}:
        raise CommitRefused("somebody from outside changed more than their own place")
    if joined[0] not in {account for account, _ in leaves_of(before)}:
        raise CommitRefused("somebody joined from outside the group")
    approved = lists.approved_at(*joined)
    if approved is None:
        raise ListNeeded(joined[0])
    if not _knows_past(before, processed):
        age = at - datetime.fromtimestamp(approved, UTC)
        if age < UNPROVEN_AFTER - CLOCKS_DIFFER:
            raise CommitRefused("a device that was just approved joined from outside")


def _knows_past(before: GroupState, processed: Processed) -> bool:
    return any(
        isinstance(psk, ResumptionPsk) and psk.psk_group_id == before.group_id
        for psk in processed.psk_ids
    )


def _check_updates(before: GroupState, processed: Processed) -> None:
    known = {m.leaf_index: m.credential for m in group.members(before)}
    for leaf in processed.updated:
        earlier = known.get(leaf.leaf_index)
        if earlier is None:
            raise CredentialMismatch("a leaf that was not there is updated")
        credentials.check_successor(
            read_credential(earlier), read_credential(leaf.credential)
        )
