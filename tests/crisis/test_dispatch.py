"""I13: from an empty desk, dispatch asks exactly whom the plain rule asks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import Case, Channel
from mentalverse_crisis.decide import decide
from mentalverse_crisis.desk import Desk, Duty, Responder
from mentalverse_crisis.events import TimePassed
from mentalverse_crisis.policy import DEFAULT
from support.desk_story import START_MS, with_policy
from support.dispatch_oracle import who_is_asked

SECONDS = {Band.A0: 15, Band.A1: 30, Band.A2: 120, Band.A3: 600, Band.A4: 1_800}
repeatable = settings(
    database=None, deadline=None, derandomize=True, max_examples=1_500
)


@st.composite
def _responders(draw: st.DrawFn) -> dict[str, Responder]:
    count = draw(st.integers(1, 6))
    found = {}
    for number in range(count):
        name = f"r{number}"
        found[name] = Responder(
            id=name,
            duty=draw(st.sampled_from((Duty.ON, Duty.ON, Duty.ON, Duty.PAUSED))),
            is_online=True,
            skills={
                "crisis": draw(st.sampled_from((0, 1, 3, 3))),
                "grief": draw(st.integers(0, 3)),
            },
            languages=draw(st.sampled_from(((), (), ("es",)))),
            max_slots=draw(st.integers(1, 3)),
            takes_overflow=draw(st.booleans()),
            idle_since_ms=draw(st.integers(0, 2)),
            urgent_today=draw(st.sampled_from((0, 0, 1, 5))),
        )
    return found


@st.composite
def _cases(draw: st.DrawFn) -> dict[str, Case]:
    count = draw(st.integers(1, 6))
    found = {}
    for number in range(count):
        name = f"c{number}"
        band = draw(st.sampled_from(Band))
        # Less than half of T ago: no rung has fired, and the first stage has begun.
        waited_ms = draw(st.integers(0, SECONDS[band] * 499))
        found[name] = Case(
            id=name,
            request=name,
            person=name,
            policy=DEFAULT.revision,
            tapped_at_ms=START_MS - waited_ms,
            enqueued_at_ms=START_MS - waited_ms,
            accept_due_ms=START_MS - waited_ms + SECONDS[band] * 1000,
            seeking_since_ms=START_MS,
            band=band,
            language=draw(st.sampled_from(("", "", "en"))),
            needs=draw(st.sampled_from(((), (), ("grief",)))),
            channel=draw(st.sampled_from((Channel.TEXT, Channel.TEXT, Channel.VOICE))),
            is_clustered=draw(st.sampled_from((False, False, False, True))),
            is_front=draw(st.sampled_from((False, False, False, True))),
            wants_again=draw(st.sampled_from(("", "", "r0"))),
        )
    return found


@repeatable
@given(cases=_cases(), responders=_responders())
def test_whoever_is_asked_is_whom_the_rule_says(
    cases: dict[str, Case], responders: dict[str, Responder]
) -> None:
    """Order, pick, slots, reserve and taking over, for up to six by six."""
    # Nobody to ask fires a rung, and a rung widens: not the rule that is held here.
    ladder = tuple(rung for rung in DEFAULT.ladder if not rung.widens)
    policy = with_policy(ladder=ladder)
    desk = Desk({policy.revision: policy}, policy.revision, cases, responders)
    after = decide(desk, TimePassed(), START_MS).desk
    asked = {
        case.id: [offer.responder for offer in case.pending]
        for case in after.cases.values()
    }
    assert asked == who_is_asked(desk, START_MS)
