"""What the desk at a terminal says: pure functions from what the server shows.

Names of others are untrusted and made safe (`printable`). Nothing here hurries anybody:
a time is told, no alarm.
"""

from __future__ import annotations

from mentalverse_signaling.crisis_events import CaseStatus, HelperRole
from mentalverse_signaling.desk_events import DeskCase, DeskView, DutyStatus, OfferView

from .printable import one_line

_BANDS = ("A0 now", "A1 high", "A2 moderate", "A3 low", "A4 support")
_DUTY = {
    DutyStatus.OFF: "off duty",
    DutyStatus.ON: "on duty",
    DutyStatus.PAUSED: "taking a break",
}
_STATUS = {
    CaseStatus.ACCEPTED: "yours; say hello",
    CaseStatus.ACTIVE: "talking",
    CaseStatus.WRAP_UP: "over; sum it up",
}


def band(number: int) -> str:
    """A band by its name and in a word."""
    return _BANDS[number]


def offer_line(offer: OfferView, now_ms: int) -> str:
    """Somebody is asked: what is known, and how long the offer waits.

    `now_ms`: by the server's clock.
    """
    left = max(0, offer.expires_at - now_ms) // 1000
    waits = max(0, now_ms - offer.opened_at) // 1000
    said = [band(offer.band), *_known(offer.language, offer.region)]
    if offer.is_minor:
        said.append("a minor")
    if offer.is_rescue:
        said.append("somebody lost their connection")
    if offer.drill:
        said.append("drill")
    return f"{', '.join(said)}\nwaits {waits} s; {left} s to answer"


def case_line(case: DeskCase, now_ms: int) -> str:
    """A case of one's own, and what comes next in it."""
    said = [band(case.band), *_known(case.language, case.region)]
    if case.is_minor:
        said.append("a minor")
    return f"{', '.join(said)}\n{_next(case, now_ms)}"


def status_line(view: DeskView | None, connection: str) -> str:
    """The line on top: the duty, the rest, the connection."""
    if view is None:
        return f"asking the desk …   {connection}"
    said = [_DUTY[view.duty]]
    if view.resting_until is not None and view.resting_until > view.now:
        minutes = -(-(view.resting_until - view.now) // 60_000)
        said.append(f"no new offer for {minutes} min")
    if view.follow_ups_due:
        said.append(f"follow-ups due: {view.follow_ups_due}")
    if view.is_surge:
        said.append("many are waiting")
    if view.is_demo:
        said.append("demo, not for real use")
    return "   ".join([*said, connection])


def _known(language: str, region: str) -> list[str]:
    return [one_line(each) for each in (language, region) if each]


def _next(case: DeskCase, now_ms: int) -> str:
    if case.role is None:
        return "you are asked to take over"
    if case.person_away_until is not None:
        return "they are away; their place is kept"
    if case.status is CaseStatus.WRAP_UP:
        return _STATUS[case.status]
    if not case.is_joined and case.role is HelperRole.HOLDER:
        return "their device is letting you in"
    if case.silent_since is not None:
        return f"they wrote {max(0, now_ms - case.silent_since) // 1000} s ago"
    return _STATUS.get(case.status, case.status.value)
