"""The shipped policy says what the design promises, and no policy says two things."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mentalverse_crisis.acuity import UNKNOWN, Band, one_higher
from mentalverse_crisis.errors import MalformedPolicy
from mentalverse_crisis.policy import DEFAULT, OfferPlan, OfferStage, Policy, checked

PROMISES = {
    # to offer, to accept, objective, first reply, silence
    Band.A0: (2, 15, 90, 30, 60),
    Band.A1: (5, 30, 90, 60, 90),
    Band.A2: (15, 120, 90, 180, 180),
    Band.A3: (60, 600, 85, 720, 300),
    Band.A4: (300, 1800, 80, 2100, 600),
}


@pytest.mark.parametrize("band", Band)
def test_the_shipped_promises(band: Band) -> None:
    """Seconds from the tap, by band."""
    promised = DEFAULT.band(band)
    assert (
        promised.offer_seconds,
        promised.accept_seconds,
        promised.objective_percent,
        promised.reply_seconds,
        promised.silence_seconds,
    ) == PROMISES[band]
    assert DEFAULT.accept_ms(band) == promised.accept_seconds * 1000


def test_a_policy_survives_being_written_down() -> None:
    """A case can keep the revision it opened under."""
    written = msgspec.json.encode(DEFAULT)
    assert msgspec.json.decode(written, type=Policy) == DEFAULT


def _with_plan(*starts: int) -> Policy:
    stages = tuple(OfferStage(at_seconds=at, pending=1) for at in starts)
    return _with(plan=msgspec.structs.replace(DEFAULT.bands["A2"].plan, stages=stages))


def _with(**fields: Any) -> Policy:
    promised = msgspec.structs.replace(DEFAULT.bands["A2"], **fields)
    return msgspec.structs.replace(DEFAULT, bands={**DEFAULT.bands, "A2": promised})


@pytest.mark.parametrize(
    "policy",
    [
        msgspec.structs.replace(DEFAULT, bands={"A0": DEFAULT.bands["A0"]}),
        msgspec.structs.replace(DEFAULT, ladder=()),
        msgspec.structs.replace(DEFAULT, ladder=DEFAULT.ladder[::-1]),
        msgspec.structs.replace(DEFAULT, ladder=DEFAULT.ladder[:1]),
        msgspec.structs.replace(DEFAULT, offer_most_seconds=0),
        _with(accept_seconds=0),
        _with(plan=OfferPlan(DEFAULT.bands["A2"].plan.stages, 0)),
        _with_plan(),
        _with_plan(3),
        _with_plan(0, 9, 9),
    ],
)
def test_a_policy_that_cannot_be_followed_is_refused(policy: Policy) -> None:
    """A band is missing, rungs are out of order, or none of them pages anybody; an
    offer or a target is over at once; a plan does not begin.
    """
    with pytest.raises(MalformedPolicy):
        checked(policy)


def test_worse_is_one_band_up_and_never_beyond_the_first() -> None:
    """Who said nothing is moderate."""
    assert [one_higher(band) for band in Band] == [0, 0, 1, 2, 3]
    assert UNKNOWN is Band.A2
    assert [band.is_urgent for band in Band] == [True, True, False, False, False]
    assert [band.order_class for band in Band] == [0, 1, 2, 2, 2]
