"""Logs of cases as the desk could have written them, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.record import Entry, What

DAWN_MS = 1_792_886_400_000
"""25 October 2026, 00:00 UTC: a day with a clock change in Europe."""

_STEPS = {
    "waiting": (What.OFFERED, What.BAND_SET, What.LEFT, What.CLOSED, What.ESCALATED),
    "offered": (
        *(What.OFFERED, What.OFFER_ENDED, What.ACCEPTED, What.BAND_SET),
        *(What.LEFT, What.CLOSED),
    ),
    "accepted": (
        *(What.JOINED, What.PERSON_SPOKE, What.REPLIED, What.RETURNED),
        *(What.BAND_SET, What.RESCUE, What.ENDED),
    ),
    "active": (
        *(What.PERSON_SPOKE, What.RESPONDER_SPOKE, What.BAND_SET, What.RESCUE),
        *(What.SILENCE, What.GAP_STARTED, What.GAP_ENDED, What.TRANSFER, What.ENDED),
    ),
    "rescued": (What.OFFERED, What.OFFER_ENDED, What.ACCEPTED, What.PERSON_SPOKE),
    "wrap_up": (What.WRAPPED_UP, What.FOLLOW_UP, What.BAND_SET, What.CLOSED),
    "left": (What.CAME_BACK, What.CLOSED),
    "closed": (),
}
_LEADS_TO = {
    What.OFFERED: "offered",
    What.ACCEPTED: "accepted",
    What.REPLIED: "active",
    What.RETURNED: "waiting",
    What.RESCUE: "rescued",
    What.ENDED: "wrap_up",
    What.LEFT: "left",
    What.CAME_BACK: "waiting",
    What.CLOSED: "closed",
}
_OUTCOMES = {
    What.OFFER_ENDED: ("declined", "expired", "rescinded"),
    What.ENDED: ("completed", "lost_contact"),
    What.FOLLOW_UP: ("due", "overdue", "reached", "no_answer"),
    What.CLOSED: ("closed", "merged", "void", "abandoned"),
}
_RESPONDERS = st.sampled_from(["r1", "r2", "r3"])
_PAUSES_MS = st.sampled_from([0, 1, 900, 5_000, 15_000, 30_000, 120_000, 40_000_000])


def opening(case: str = "c1", **fields: Any) -> Entry:
    """A case that was opened at dawn by a tap at the same moment."""
    given: dict[str, Any] = {
        "at_ms": DAWN_MS,
        "actor": "person",
        "band": Band.A2,
        "tap_ms": DAWN_MS,
        "policy": "default-1",
    }
    return Entry(case=case, what=What.OPENED, **(given | fields))


@st.composite
def case_logs(draw: st.DrawFn, case: str = "c1") -> list[Entry]:
    """All entries of one case."""
    at_ms = DAWN_MS + draw(st.integers(0, 10_000_000))
    log = [
        opening(
            case,
            at_ms=at_ms,
            band=draw(st.none() | st.sampled_from(Band)),
            tap_ms=at_ms - draw(st.sampled_from([0, 1_500, 60_000, 90_000])),
            language=draw(st.sampled_from(["", "de", "fi", "ar"])),
            region=draw(st.sampled_from(["", "AT", "FI"])),
            drill=draw(st.sampled_from(["", "", "", "", "drill", "canary"])),
        )
    ]
    state = "waiting"
    for number in range(draw(st.integers(0, 16))):
        if not _STEPS[state]:
            break
        what = draw(st.sampled_from(_STEPS[state]))
        at_ms += draw(_PAUSES_MS)
        log.append(
            Entry(
                at_ms=at_ms,
                case=case,
                what=what,
                actor=draw(_RESPONDERS),
                responder=draw(_RESPONDERS),
                band=draw(st.sampled_from(Band)) if what is What.BAND_SET else None,
                offer=f"{case}.{number // 2}" if "offer" in what.value else "",
                outcome=draw(st.sampled_from(_OUTCOMES.get(what, ("",)))),
                reason=draw(st.sampled_from(["", "said so"])),
                drill=log[0].drill,
            )
        )
        stays = state == "rescued" and what is What.OFFERED
        state = state if stays else _LEADS_TO.get(what, state)
    return log


def several_logs(most: int = 12) -> st.SearchStrategy[list[list[Entry]]]:
    """The logs of several cases."""
    return st.integers(0, most).flatmap(
        lambda count: st.tuples(*(case_logs(f"c{at}") for at in range(count))).map(list)
    )
