"""A client of one who leads: knows a call by its pushes alone.

Whatever everybody can see of a call has to reach them as a push, once. A mirror that
only applies pushes shows the same as a fresh roster, or something was not told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from mentalverse_signaling.calls.effects import (
    Conversation,
    Effect,
    Everybody,
    Push,
    Staff,
)
from mentalverse_signaling.calls.model import Call
from mentalverse_signaling.calls.snapshot import snapshot
from mentalverse_signaling.calls.views import line_view

SAYS_WITHOUT_CHANGING = {"time.announced", "call.declined", "recording.withdrawn"}
"""What is told although no roster shows it: of the last, a no to a request."""


class Mirror:
    """What a client has made of the pushes so far."""

    def __init__(self, call: Call) -> None:
        self.read(call)

    def read(self, call: Call) -> None:
        """Fetch the roster."""
        self.seen = shown(call)
        self.seq = call.seq

    def take(self, effects: tuple[Effect, ...]) -> None:
        """Apply the pushes of a decision; one that says nothing new is one too many."""
        for effect in effects:
            if isinstance(effect, Push):
                self._take(effect)

    def _take(self, push: Push) -> None:
        fact: Any = push.fact
        if isinstance(push.to, (Everybody, Conversation)):
            assert fact.seq == self.seq + 1, f"L7: {push.event} is not counted on"
            self.seq = fact.seq
        else:
            assert fact.seq == self.seq, f"L7: {push.event} counts for some only"
            if not isinstance(push.to, Staff):
                return
        before = dict(self.seen)
        _APPLY[push.event](self.seen, fact)
        if push.event not in SAYS_WITHOUT_CHANGING:
            assert self.seen != before, f"L7: {push.event} says what was known"

    def check(self, call: Call) -> None:
        """It shows what is so."""
        now = shown(call)
        if self.seen != now:
            wrong = sorted(key for key in now if self.seen.get(key) != now[key])
            told = {key: self.seen.get(key) for key in wrong}
            raise AssertionError(
                f"L7: not told, or wrongly: {told} and not {[now[k] for k in wrong]}"
            )
        assert self.seq == call.seq, "L7: the counter runs by itself"


def shown(call: Call) -> dict[str, Any]:
    """What the roster shows to who leads."""
    roster = snapshot(call, call.started_by, 0)
    return {
        "members": {one.member: one for one in roster.members},
        "line": {one.member: one for one in line_view(call)},
        "flagged": frozenset(
            one.account for one in call.seats.values() if one.is_flagged
        ),
        "is_locked": roster.is_locked,
        "paused_until": roster.paused_until,
        "feeds": {one.feed: one for one in roster.feeds},
        "hands": roster.hands,
        "phase": roster.phase,
        "piece": roster.piece,
        "spotlight": roster.spotlight,
        "presenter": roster.presenter,
        "recording": _bare(roster.recording),
        "group": roster.group,
        "keys": (roster.key_epoch, roster.key_transition),
        "switched": (call.epoch, call.switched),
        "end": call.end,
    }


def _bare(recording: Any) -> Any:
    """Who has not agreed yet follows from who is there."""
    if recording is None:
        return None
    return msgspec.structs.replace(recording, missing=())


def _member(seen: dict[str, Any], one: Any) -> None:
    seen["members"] = {**seen["members"], one.member: one}
    if one.presence != "away":
        seen["flagged"] = seen["flagged"] - {one.member}


def _left(seen: dict[str, Any], fact: Any) -> None:
    for place in ("members", "line"):
        seen[place] = {
            key: one for key, one in seen[place].items() if key != fact.member
        }
    seen["flagged"] = seen["flagged"] - {fact.member}


def _set(
    key: str, value: Callable[[Any], Any]
) -> Callable[[dict[str, Any], Any], None]:
    def apply(seen: dict[str, Any], fact: Any) -> None:
        seen[key] = value(fact)

    return apply


def _paused(seen: dict[str, Any], fact: Any) -> None:
    seen["paused_until"], seen["is_locked"] = fact.until, True


def _admitted(seen: dict[str, Any], fact: Any) -> None:
    line = seen["line"].items()
    seen["line"] = {key: one for key, one in line if key != fact.member}


def _waited(seen: dict[str, Any], fact: Any) -> None:
    seen["line"] = {**seen["line"], fact.waiting.member: fact.waiting}


def _feed(seen: dict[str, Any], fact: Any) -> None:
    seen["feeds"] = {**seen["feeds"], fact.feed.feed: fact.feed}


def _feed_paused(seen: dict[str, Any], fact: Any) -> None:
    feed = msgspec.structs.replace(seen["feeds"][fact.feed], paused=fact.paused)
    seen["feeds"] = {**seen["feeds"], fact.feed: feed}


def _feed_ended(seen: dict[str, Any], fact: Any) -> None:
    assert fact.feed in seen["feeds"], "L2: a feed ends that nobody knows"
    feeds = seen["feeds"].items()
    seen["feeds"] = {key: one for key, one in feeds if key != fact.feed}


def _hand(seen: dict[str, Any], fact: Any) -> None:
    seen["hands"] = (*seen["hands"], fact.member)
    assert fact.place == len(seen["hands"]), "L11: a hand goes before others"


def _hand_down(seen: dict[str, Any], fact: Any) -> None:
    seen["hands"] = tuple(one for one in seen["hands"] if one != fact.member)


def _recording(seen: dict[str, Any], fact: Any) -> None:
    seen["recording"] = _bare(fact.recording)


def _attached(seen: dict[str, Any], fact: Any) -> None:
    seen["group"] = fact.conversation
    seen["keys"], seen["switched"] = (None, 0), (0, 0)


def _ended(seen: dict[str, Any], fact: Any) -> None:
    nothing: dict[str, Any] = {"members": {}, "line": {}, "feeds": {}, "hands": ()}
    nothing |= {"piece": None, "spotlight": None, "presenter": None}
    nothing |= {"paused_until": None, "flagged": frozenset(), "end": fact.reason}
    # Nobody sends under any epoch now.
    nothing |= {"keys": seen["switched"] if seen["switched"][1] else (None, 0)}
    seen.update(nothing)


def _keys(key: str) -> Callable[[dict[str, Any], Any], None]:
    return _set(key, lambda fact: (fact.epoch, fact.transition))


_APPLY: dict[str, Callable[[dict[str, Any], Any], None]] = {
    "call.paused": _paused,
    "call.continued": _set("paused_until", lambda _: None),
    "call.ended": _ended,
    "call.declined": lambda *_: None,
    "call.attached": _attached,
    "member.waited": _waited,
    "member.admitted": _admitted,
    "member.joined": lambda seen, fact: _member(seen, fact.joined),
    "member.changed": lambda seen, fact: _member(seen, fact.changed),
    "member.left": _left,
    "member.removed": _left,
    "member.flagged": lambda seen, fact: seen.update(
        flagged=seen["flagged"] | {fact.member}
    ),
    "key.prepared": _keys("keys"),
    "key.switched": _keys("switched"),
    "feed.published": _feed,
    "feed.ended": _feed_ended,
    "feed.paused": _feed_paused,
    "hand.raised": _hand,
    "hand.lowered": _hand_down,
    "phase.advanced": _set("phase", lambda fact: fact.phase),
    "phase.extended": _set("phase", lambda fact: fact.phase),
    "time.announced": lambda *_: None,
    "piece.started": _set("piece", lambda fact: fact.piece),
    "piece.passed": _set("piece", lambda fact: fact.piece),
    "piece.stopped": _set("piece", lambda _: None),
    "screen.claimed": _set("presenter", lambda fact: fact.member),
    "screen.released": _set("presenter", lambda _: None),
    "room.locked": _set("is_locked", lambda _: True),
    "room.unlocked": _set("is_locked", lambda _: False),
    "room.spotlit": _set("spotlight", lambda fact: fact.member),
    "recording.requested": _recording,
    "recording.consented": _recording,
    "recording.withdrawn": _recording,
    "recording.started": _recording,
    "recording.stopped": _recording,
}
