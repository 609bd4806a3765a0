"""Who is in a call, as this device knows it: the roster, and notices laid over it.

Every notice for all seats has the next number, and one for some has the number of the
last one for all. A notice with any other number means that something was missed: then
`is_behind` says that the roster has to be fetched, and what that holds is what counts.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from mentalverse_signaling import call_notices as told
from mentalverse_signaling.call_events import (
    Presence,
    RosterMember,
    WaitingMember,
)
from mentalverse_signaling.feed_events import FeedEnded, FeedPaused, FeedPublished
from mentalverse_signaling.fields import Fact
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.recording_events import RecordingMoved
from mentalverse_signaling.roster_events import Roster

FOR_SOME = (
    told.MemberWaited,
    told.MemberAdmitted,
    told.MemberFlagged,
    told.SeatReplaced,
    told.SeatMuted,
    told.UnmuteInvited,
    told.SignalSent,
    told.PeerRestarted,
)
"""Notices that are not counted."""


class RosterMirror:
    """The roster of one call, kept up to date by its notices."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.is_behind = False
        """Something was missed: fetch, and `take`."""

    @property
    def members(self) -> Mapping[AccountId, RosterMember]:
        """Who holds a seat."""
        return {each.member: each for each in self.roster.members}

    @property
    def present(self) -> frozenset[AccountId]:
        """Who holds a seat and is there."""
        here = (it for it in self.roster.members if it.presence is Presence.ON)
        return frozenset(it.member for it in here)

    def take(self, roster: Roster) -> None:
        """What the server said when it was asked; an answer from before is late."""
        if roster.seq >= self.roster.seq:
            self.roster, self.is_behind = roster, False

    def hear(self, fact: Fact, seq: int) -> bool:
        """Lay a notice over the roster; whether it was new and nothing was missed."""
        if seq < self.roster.seq:
            return False
        is_counted = not isinstance(fact, FOR_SOME)
        if seq > self.roster.seq + is_counted:
            self.is_behind = True
            return not is_counted
        self.roster = msgspec.structs.replace(
            self.roster, seq=seq, **_changes(self, fact)
        )
        return True


def _changes(mirror: RosterMirror, fact: Fact) -> dict[str, object]:
    match fact:
        case told.MemberWaited(waiting=who):
            line = (*_waiting(mirror, who.member), who)
            return {"waiting": tuple(sorted(line, key=lambda it: it.place))}
        case told.MemberAdmitted(member=account):
            return {"waiting": _waiting(mirror, account)}
        case told.MemberJoined(joined=member) | told.MemberChanged(changed=member):
            members = {**mirror.members, member.member: member}
            waiting = _waiting(mirror, member.member)
            return {"members": tuple(members.values()), "waiting": waiting}
        case told.MemberLeft(member=account) | told.MemberRemoved(member=account):
            members = {it: m for it, m in mirror.members.items() if it != account}
            waiting = _waiting(mirror, account)
            return {"members": tuple(members.values()), "waiting": waiting}
        case told.CallAttached(conversation=conversation):
            # Epochs are counted anew; those of the one before say nothing.
            return {"group": conversation, "key_epoch": None}
        case FeedPublished(feed=view):
            return {"feeds": (*_others(mirror, view.feed), view)}
        case FeedEnded(feed=feed):
            return {"feeds": _others(mirror, feed)}
        case FeedPaused(feed=feed, paused=paused):
            feeds = tuple(
                msgspec.structs.replace(each, paused=paused)
                if each.feed == feed
                else each
                for each in mirror.roster.feeds
            )
            return {"feeds": feeds}
        case RecordingMoved(recording=recording):
            return {"recording": recording}
        case told.KeyPrepared(epoch=epoch, transition=transition):
            return {"key_epoch": epoch, "key_transition": transition}
        case _:
            # Of the circle's tools; whoever shows them asks for the roster.
            return {}


def _waiting(mirror: RosterMirror, but: AccountId) -> tuple[WaitingMember, ...]:
    return tuple(each for each in mirror.roster.waiting if each.member != but)


def _others(mirror: RosterMirror, feed: str) -> tuple[object, ...]:
    return tuple(each for each in mirror.roster.feeds if each.feed != feed)
