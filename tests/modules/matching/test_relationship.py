"""Two meet after both consents and what comes before them, and part without a cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mentalverse_modules.matching.filters import PARTED_MS, Known, Ruled, all_ruled
from mentalverse_modules.matching.people import Mentee, Mentor, Side
from mentalverse_modules.matching.proposal import Refused, Stage
from mentalverse_modules.matching.relationship import (
    Contact,
    Relationship,
    State,
    begun,
    parted,
    parted_pairs,
    prepared,
)
from support.proposals import at_stage

NEW = Relationship("e", "o1", 2)
ACTIVE = replace(NEW, state=State.ACTIVE)


@pytest.mark.capability("M03")
@pytest.mark.parametrize("stage", Stage)
def test_only_both_consents_begin_one(stage: Stage) -> None:
    proposal = at_stage(stage)
    if stage is Stage.AGREED:
        assert begun(proposal) == NEW
        for missing in (
            replace(proposal, mentee_consented_ms=None),
            replace(proposal, mentor_consented_ms=None),
            replace(proposal, chosen=None),
        ):
            with pytest.raises(Refused, match="no_consent"):
                begun(missing)
        return
    with pytest.raises(Refused, match="no_consent"):
        begun(proposal)


@pytest.mark.capability("M04")
@pytest.mark.parametrize("contact", [Contact.NAMED, Contact.DECLINED])
def test_they_meet_once_both_are_oriented_and_the_contact_was_asked_for(
    contact: Contact,
) -> None:
    steps = [("e", None), ("o1", None), ("e", contact)]
    for first in range(3):
        relationship = NEW
        for who, answer in (*steps[first:], *steps[:first]):
            assert not relationship.may_meet
            relationship = prepared(relationship, who, answer)
        assert relationship.may_meet
        assert relationship.contact is contact
        with pytest.raises(Refused, match="not_now"):
            prepared(relationship, "e")


@pytest.mark.parametrize(
    ("who", "contact"),
    [("x", None), ("o1", Contact.NAMED), ("e", Contact.OPEN)],
)
def test_nobody_prepares_for_another(who: str, contact: Contact | None) -> None:
    with pytest.raises(Refused, match="not_yours"):
        prepared(NEW, who, contact)


@pytest.mark.capability("M10")
@pytest.mark.parametrize("who", ["e", "o1"])
@pytest.mark.parametrize("before", [NEW, ACTIVE])
def test_either_ends_it_in_one_call_and_again_changes_nothing(
    who: str, before: Relationship
) -> None:
    ended = parted(before, who, 9)
    assert (ended.state, ended.ended_ms, ended.may_meet) == (State.ENDED, 9, False)
    assert parted(ended, who, 10) is ended


def test_whoever_met_may_graduate() -> None:
    assert parted(ACTIVE, "o1", 9, graduated=True).state is State.GRADUATED
    with pytest.raises(Refused, match="not_now"):
        parted(NEW, "o1", 9, graduated=True)
    with pytest.raises(Refused, match="not_yours"):
        parted(ACTIVE, "x", 9)


@pytest.mark.capability("M10")
def test_a_pair_that_parted_is_left_out_for_ninety_days() -> None:
    twice = [parted(ACTIVE, "e", at) for at in (7, 9, 8)]
    pairs = parted_pairs([*twice, replace(ACTIVE, mentee="other")])
    assert pairs == {("e", "o1"): 9}
    mentee, mentor = Mentee("e", Side()), Mentor("o1", Side())
    early = Known(9 + PARTED_MS - 1, parted_ms=pairs)
    assert Ruled.PARTED in all_ruled(mentee, mentor, early)
    late = Known(9 + PARTED_MS, parted_ms=pairs)
    assert Ruled.PARTED not in all_ruled(mentee, mentor, late)
