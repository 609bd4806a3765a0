"""What the team is told of a decision, decision by decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CANARY
from mentalverse_crisis.events import (
    Event,
    GuestAdded,
    PersonLeft,
    PersonLost,
    SupervisorWanted,
    TransferAsked,
)
from mentalverse_server.clock import SystemClock
from mentalverse_server.crisis.desk_notices import DeskNotices
from mentalverse_server.transport.connections import Connection, Connections, Principal
from mentalverse_signaling.ids import AccountId, DeviceId, SignInId
from support.desk_story import Story, able
from support.hub import Inbox


class Team:
    """A story whose people have a socket each."""

    def __init__(self, *names: str) -> None:
        connections = Connections(max_per_device=1)
        self.inboxes = {name: Inbox() for name in names}
        for name, inbox in self.inboxes.items():
            principal = Principal(
                AccountId(name), DeviceId(name), SignInId(name), SystemClock().now()
            )
            connections.add(Connection(name, principal, "", inbox))
        self.story = Story(*(able(one, is_supervisor=one == "eve") for one in names))
        self._notices = DeskNotices(connections, lambda: self.story.now_ms)

    def does(self, event: Event) -> None:
        self._notices.carry_out(self.story.does(event))

    def after(self, act: Callable[[], Any]) -> None:
        act()
        self._notices.carry_out(self.story.last)

    def heard(self, name: str) -> list[tuple[str, str | None]]:
        """What of which case, and forgotten after it was read."""
        inbox = self.inboxes[name]
        found = [
            (payload.get("what", event), payload["case"])
            for event, payload in inbox.pushes
        ]
        inbox.pushes.clear()
        return found


def _talking() -> Team:
    team = Team("ann", "bob", "eve")
    team.story.talks("ann", Band.A2)
    return team


@pytest.mark.parametrize(
    ("event", "name", "what"),
    [
        (PersonLost(case="c"), "ann", "person_away"),
        (PersonLeft(case="c"), "ann", "ended"),
        (GuestAdded(case="c", responder="eve"), "ann", "changed"),
        (
            SupervisorWanted(case="c", responder="ann", fence=1),
            "eve",
            "supervisor_wanted",
        ),
        (
            TransferAsked(case="c", responder="ann", fence=1, to="bob"),
            "bob",
            "transfer_asked",
        ),
    ],
)
def test_whom_it_concerns_is_told_once(event: Event, name: str, what: str) -> None:
    """In the words there are for it; who has nothing to do with it hears nothing."""
    team = _talking()
    team.does(event)
    assert (what, "c") in team.heard(name)
    everybody = {"ann", "bob", "eve"}
    in_it = {"ann", name, *({"eve"} if isinstance(event, GuestAdded) else ())}
    for other in everybody - in_it:
        assert team.heard(other) == []


def test_an_offer_is_told_whole_and_its_end_too() -> None:
    """To whom it was made, and to nobody else."""
    team = Team("ann", "bob")
    team.after(lambda: team.story.opens(Band.A2))
    (asked,) = team.story.asked()
    (offered,) = team.inboxes[asked].of("case.offered")
    assert (offered["case"], offered["band"]) == ("c", 2)
    assert team.heard("bob" if asked == "ann" else "ann") == []
    team.after(lambda: team.story.declines(asked))
    (over,) = team.inboxes[asked].of("offer.rescinded")
    assert over["why"] == "declined"


def test_nobody_hears_of_a_canary() -> None:
    """The desk tries itself every minute; neither the team nor supervisors look up."""
    team = Team("ann", "eve")
    team.after(lambda: team.story.opens(Band.A0, drill=CANARY))
    assert team.story.every(object)
    for _ in range(4):
        team.after(lambda: team.story.later(30))
    assert team.heard("eve") == [] and team.heard("ann") == []
    team.after(lambda: team.story.opens(Band.A0, case="d", language="xx"))
    assert team.heard("eve")
