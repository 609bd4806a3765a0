"""How a report goes on once it came: decided, and once more if it is appealed.

| From | Step | By | To |
|---|---|---|---|
| filed | decide | the safety team | decided |
| decided | appeal | whoever reported, within `APPEAL_TIME` | appealed |
| decided | – | nobody, once `APPEAL_TIME` is over | final |
| appealed | decide again | the safety team | final |

There is no other step (`NEXT`). One that was made already changes nothing when it is
made again, so that a lost answer costs nobody their appeal; the first decision, said
twice, is never the second. There is one appeal: a second decision stands, which bounds
what one report can ask of the team.

Thirty days is as long as a deleted file is kept for whoever wants to report it: time to
hear of the decision and to think it over, and an end for whoever the report is about.
An appeal that is open ends by a decision alone, since nobody loses it by waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from .errors import Conflict, NotNow
from .report_events import ReportState

APPEAL_TIME: Final = timedelta(days=30)
"""After the decision."""


class ReportOutcome(StrEnum):
    """What the safety team decided."""

    ACTIONED = "actioned"
    DISMISSED = "dismissed"


class Stage(Enum):
    """Where a report stands."""

    FILED = "filed"
    DECIDED = "decided"
    APPEALED = "appealed"
    FINAL = "final"


class Step(Enum):
    """What moves it."""

    DECIDE = "decide"
    APPEAL = "appeal"
    DECIDE_AGAIN = "decide_again"


NEXT: Final[Mapping[tuple[Stage, Step], Stage]] = MappingProxyType(
    {
        (Stage.FILED, Step.DECIDE): Stage.DECIDED,
        (Stage.DECIDED, Step.APPEAL): Stage.APPEALED,
        (Stage.APPEALED, Step.DECIDE_AGAIN): Stage.FINAL,
    }
)
"""Every step that there is."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, and when."""

    outcome: ReportOutcome
    at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """All that has happened to a report since it came."""

    first: Decision | None = None
    appealed_at: datetime | None = None
    second: Decision | None = None

    @property
    def newest(self) -> Decision | None:
        """The decision that counts."""
        return self.second or self.first

    @property
    def state(self) -> ReportState:
        """How far it is, in the words of the wire."""
        if self.newest is None:
            return ReportState.FILED
        if self.appealed_at is not None and self.second is None:
            return ReportState.APPEALED
        return ReportState(self.newest.outcome.value)

    @property
    def closed_at(self) -> datetime | None:
        """From then on nothing can change any more; None while that is not known."""
        if self.second is not None:
            return self.second.at
        if self.first is None or self.appealed_at is not None:
            return None
        return self.first.at + APPEAL_TIME

    def stage(self, now: datetime) -> Stage:
        """Where it stands."""
        if self.first is None:
            return Stage.FILED
        if self.second is not None:
            return Stage.FINAL
        if self.appealed_at is not None:
            return Stage.APPEALED
        return Stage.DECIDED if now < self.first.at + APPEAL_TIME else Stage.FINAL

    def appeal_until(self, now: datetime) -> datetime | None:
        """Before then it can be appealed; None if it cannot."""
        return self.closed_at if self.stage(now) is Stage.DECIDED else None


def decide(course: Course, outcome: ReportOutcome, now: datetime) -> Course:
    """What the safety team decides; the same decision again changes nothing.

    Raises:
        Conflict: it was decided otherwise.
    """
    if (course.stage(now), Step.DECIDE) in NEXT:
        return replace(course, first=Decision(outcome, now))
    if course.first is not None and course.first.outcome is outcome:
        return course
    raise Conflict("this report is decided already")


def decide_again(course: Course, outcome: ReportOutcome, now: datetime) -> Course:
    """What the safety team decides of an appeal; the same again changes nothing.

    Raises:
        Conflict: nobody asks for another look, or it was decided otherwise.
    """
    if (course.stage(now), Step.DECIDE_AGAIN) in NEXT:
        return replace(course, second=Decision(outcome, now))
    if course.second is not None and course.second.outcome is outcome:
        return course
    raise Conflict("nobody asks to look at this report again")


def appeal(course: Course, now: datetime) -> Course:
    """Whoever reported asks for another look; the same again changes nothing.

    Raises:
        NotNow: nothing is decided yet, or the time for it is over.
        Conflict: it was looked at again already.
    """
    stage = course.stage(now)
    if (stage, Step.APPEAL) in NEXT:
        return replace(course, appealed_at=now)
    if stage is Stage.APPEALED:
        return course
    if stage is Stage.FILED:
        raise NotNow("nothing is decided yet about this report")
    if course.second is not None:
        raise Conflict("this report was looked at again already")
    raise NotNow("the time to have this report looked at again is over")
