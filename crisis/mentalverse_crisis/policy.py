"""What the desk promises and how it keeps it, as data the clinical owner may change.

A case keeps the revision it opened under: a promise is not changed while somebody
waits for it. The very same object runs in the server, in the simulator and in the
linter.

Times are whole seconds here, counted from the person's tap unless a field says
otherwise. A0 and A1 rest on NENA-STA-020, on the 988 grant targets and on what Crisis
Text Line published; everything else is a default without an outside source.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import msgspec

from .acuity import Band
from .errors import MalformedPolicy

HOUR_SECONDS = 3_600
DAY_SECONDS = 24 * HOUR_SECONDS


class OfferStage(msgspec.Struct, frozen=True):
    """How many offers of a case are out from some moment on."""

    at_seconds: int
    """Since the case was first offered."""
    pending: int | None
    """Offers that wait for an answer at once; none: everybody who may take it."""


class OfferPlan(msgspec.Struct, frozen=True):
    """How a case is offered: to few first, to more if they do not answer.

    A decline is followed by the next offer at once, so a stage says how many are asked
    at the same time, never how many in all.
    """

    stages: tuple[OfferStage, ...]
    answer_seconds: int
    """How long one offer waits for its answer."""


class FollowUpRule(Enum):
    """Whether somebody is asked how they are afterwards."""

    DECIDED = "decided"
    """Ending the case needs a decision on it."""
    IF_WANTED = "if_wanted"


class BandPolicy(msgspec.Struct, frozen=True):
    """What one band is promised."""

    offer_seconds: int
    """Until somebody is asked."""
    accept_seconds: int
    """T: until somebody has accepted."""
    objective_percent: int
    """Of arrivals, accepted within T."""
    reply_seconds: int
    """Until a human's first words."""
    silence_seconds: int
    """From a message of the person's to an answer."""
    follow_up: FollowUpRule
    follow_up_seconds: int
    """From the end to the first attempt, at the latest."""
    responder_grace_seconds: int
    """From the loss of the responder's device to the search for another."""
    person_grace_seconds: int
    """From the loss of the person's device to the end with a follow-up."""
    decompress_seconds: int
    """Without a new offer, for the responder, after such a case."""
    plan: OfferPlan


class Rung(msgspec.Struct, frozen=True):
    """One step of the escalation ladder."""

    at_percent: int
    """Of T, since the case joined the queue."""
    pages: tuple[str, ...]
    """Tiers of people on call who are paged: names of the roster."""
    widens: bool = False
    """Whether people one skill level below are asked as well."""
    offers_outside: bool = False
    """Whether the person is told so, and offered a line outside or a call back."""


class Policy(msgspec.Struct, frozen=True):
    """One signed-off revision."""

    revision: str
    bands: Mapping[str, BandPolicy]
    """By the names of `Band`."""
    ladder: tuple[Rung, ...]
    offer_most_seconds: int = 60
    """No offer waits longer, whatever a plan says."""
    excluded_seconds: int = 60
    """Who declined, or let an offer expire, is not asked again so soon."""
    expiries_until_paused: int = 2
    """In a row; then the responder is paused, and told so."""
    first_reply_seconds: int = 45
    """From accepting to one's first words; then the case goes back to its place."""
    lease_seconds: int = 45
    """Three beats of 15 s: a device that is silent for longer is gone."""
    reserve_for_urgent: int = 1
    """Responders kept free for A0 and A1 …"""
    reserve_from_on_duty: int = 4
    """… when at least so many are on duty."""
    urgent_soft_cap: int = 3
    urgent_hard_cap: int = 5
    """A0 and A1 cases of one duty; above it they go to people on call."""
    rest_seconds: int = 8 * HOUR_SECONDS
    """Between two duties."""
    wrap_up_seconds: int = 600
    short_abandon_seconds: int = 5
    """Who leaves sooner may have touched the button by accident; reported apart."""
    place_kept_seconds: int = 900
    """For A0 and A1, after the person left."""
    typing_extends_seconds: int = 60
    """In all, for one silence."""
    tap_age_most_seconds: int = 60
    """How far back a client may date its tap."""
    cluster_opens: int = 5
    cluster_seconds: int = 600
    """More opens than this from one address within this time are shown as a cluster."""
    follow_up_attempts: tuple[int, int] = (3, 5)
    """Fewest before somebody counts as unreachable, and most."""
    follow_up_spacing_seconds: int = DAY_SECONDS
    """Between two attempts, and between two reminders of an overdue one."""
    transfer_answer_seconds: int = 60
    alone_seconds: int = 60
    """After which an override that no supervisor answered may be acted on alone."""
    contact_seconds: int = 600
    """From a release to a confirmed contact, and between two pages for it."""
    review_seconds: int = 3 * DAY_SECONDS
    location_seconds: int = DAY_SECONDS
    surge_waiting: int = 2
    """A0 and A1 with nobody on the way to them, from which on a surge is on."""
    surge_on_percent: int = 10
    surge_off_percent: int = 5
    """A surge is on above the one, and over below the other …"""
    surge_calm_seconds: int = 600
    """… for so long."""
    standby_tiers: tuple[str, ...] = ("tier_1",)
    """Who is asked to stand by."""
    back_up_band: str = "A0"
    """A case as urgent as this has a professional or a supervisor in it, or its holder
    is advised to ask for one: the name of a band; empty: never."""

    def band(self, band: Band) -> BandPolicy:
        """What a band is promised."""
        return self.bands[band.name]

    def accept_ms(self, band: Band) -> int:
        """T of a band in milliseconds."""
        return self.band(band).accept_seconds * 1000


def checked(policy: Policy) -> Policy:
    """The policy, if it can be followed at all; what is unwise is the linter's to say.

    Raises:
        MalformedPolicy: a band is missing, an order is not one, nobody is ever
            paged, a time in which nothing can be done is promised, or back-up is
            advised from a band on that is none.
    """
    if set(policy.bands) != {band.name for band in Band}:
        raise MalformedPolicy("every band needs its promises, and there are no others")
    percents = [rung.at_percent for rung in policy.ladder]
    if percents != sorted(set(percents)) or not percents:
        raise MalformedPolicy("the rungs of a ladder come one after the other")
    if not any(rung.pages for rung in policy.ladder):
        raise MalformedPolicy("a ladder pages somebody: nobody waits in silence")
    if policy.follow_up_spacing_seconds <= 0:
        raise MalformedPolicy("there is time between two reminders")
    if policy.back_up_band and policy.back_up_band not in Band.__members__:
        raise MalformedPolicy("back_up_band: the name of a band, such as A0, or empty")
    for promised in policy.bands.values():
        if promised.accept_seconds <= 0:
            raise MalformedPolicy("there is time to accept a case")
        if min(promised.plan.answer_seconds, policy.offer_most_seconds) <= 0:
            raise MalformedPolicy("there is time to answer an offer")
        starts = [stage.at_seconds for stage in promised.plan.stages]
        if not starts or starts[0] != 0 or starts != sorted(set(starts)):
            raise MalformedPolicy("an offer plan begins at 0 and goes on later")
    return policy


def _stages(*stages: tuple[int, int | None]) -> tuple[OfferStage, ...]:
    return tuple(OfferStage(at_seconds=at, pending=count) for at, count in stages)


_ONE_AFTER_THE_OTHER = _stages((0, 1))

DEFAULT = checked(
    Policy(
        revision="default-1",
        bands={
            "A0": BandPolicy(
                offer_seconds=2,
                accept_seconds=15,
                objective_percent=90,
                reply_seconds=30,
                silence_seconds=60,
                follow_up=FollowUpRule.DECIDED,
                follow_up_seconds=DAY_SECONDS,
                responder_grace_seconds=20,
                person_grace_seconds=900,
                decompress_seconds=600,
                plan=OfferPlan(_stages((0, 2), (10, 4), (20, None)), 60),
            ),
            "A1": BandPolicy(
                offer_seconds=5,
                accept_seconds=30,
                objective_percent=90,
                reply_seconds=60,
                silence_seconds=90,
                follow_up=FollowUpRule.DECIDED,
                follow_up_seconds=DAY_SECONDS,
                responder_grace_seconds=20,
                person_grace_seconds=900,
                decompress_seconds=300,
                plan=OfferPlan(_stages((0, 1), (8, 2), (16, 4), (24, 8)), 60),
            ),
            "A2": BandPolicy(
                offer_seconds=15,
                accept_seconds=120,
                objective_percent=90,
                reply_seconds=180,
                silence_seconds=180,
                follow_up=FollowUpRule.DECIDED,
                follow_up_seconds=3 * DAY_SECONDS,
                responder_grace_seconds=60,
                person_grace_seconds=600,
                decompress_seconds=0,
                plan=OfferPlan(_ONE_AFTER_THE_OTHER, 20),
            ),
            "A3": BandPolicy(
                offer_seconds=60,
                accept_seconds=600,
                objective_percent=85,
                reply_seconds=720,
                silence_seconds=300,
                follow_up=FollowUpRule.IF_WANTED,
                follow_up_seconds=7 * DAY_SECONDS,
                responder_grace_seconds=60,
                person_grace_seconds=300,
                decompress_seconds=0,
                plan=OfferPlan(_ONE_AFTER_THE_OTHER, 30),
            ),
            "A4": BandPolicy(
                offer_seconds=300,
                accept_seconds=1_800,
                objective_percent=80,
                reply_seconds=2_100,
                silence_seconds=600,
                follow_up=FollowUpRule.IF_WANTED,
                follow_up_seconds=7 * DAY_SECONDS,
                responder_grace_seconds=60,
                person_grace_seconds=300,
                decompress_seconds=0,
                plan=OfferPlan(_ONE_AFTER_THE_OTHER, 30),
            ),
        },
        ladder=(
            Rung(at_percent=50, pages=(), widens=True),
            Rung(at_percent=100, pages=("tier_1",)),
            Rung(at_percent=200, pages=("tier_2", "supervisor")),
            Rung(at_percent=300, pages=("clinical_lead",)),
            Rung(at_percent=400, pages=("clinical_lead",), offers_outside=True),
        ),
    )
)
"""The policy that ships: where a clinical owner begins, who signs or changes it."""
