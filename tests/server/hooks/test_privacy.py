"""What leaves names nobody, joins nothing, and goes where somebody agreed to it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from mentalverse_server.hooks.catalogue.fields import Tier
from mentalverse_server.hooks.catalogue.purposes import Purpose
from mentalverse_server.hooks.catalogue.registry import EVENTS
from mentalverse_server.hooks.catalogue.schemas import schema_of
from mentalverse_server.hooks.outward import Rendered
from mentalverse_server.hooks.privacy import (
    Destination,
    Names,
    Withheld,
    render,
    tells_of_crisis,
)
from support.hook_events import (
    PLANTED,
    Happened,
    accounts_of,
    any_event,
    leaks,
    own_ids,
    strings,
)

ONE, OTHER = Names(b"1" * 32), Names(b"2" * 32)
ADA, BEN, CLEO = ("a" * 32, "b" * 32, "c" * 32)
PSEUDONYM = re.compile(r"(?:[a-z]+[_:])?[A-Z2-7]{26}")
VALIDATORS = {
    name: Draft202012Validator(schema_of(event)) for name, event in EVENTS.items()
}


def told(
    event: Happened,
    names: Names = ONE,
    purpose: Purpose = Purpose.REWARD,
    granted: frozenset[str] | None = None,
) -> Rendered | Withheld:
    agreed = accounts_of(event) if granted is None else granted
    to = Destination(names, purpose)
    return render(event, to, 1, event.subjects, agreed)


def body(event: Happened, purpose: Purpose = Purpose.REWARD) -> Any:
    made = told(event, purpose=purpose)
    assert isinstance(made, Rendered)
    return msgspec.json.decode(made.body)


@given(any_event, st.sampled_from(Purpose))
def test_what_leaves_is_what_its_schema_says(event: Happened, purpose: Purpose) -> None:
    """With everybody's consent; and none of our ids is in it."""
    made = told(event, purpose=purpose)
    if made is Withheld.CRISIS:
        return
    assert isinstance(made, Rendered)
    VALIDATORS[event.type].validate(msgspec.json.decode(made.body))
    assert leaks(made.body) == []
    if purpose is not Purpose.CHAIN:
        assert not [each for each in own_ids(event) if each.encode() in made.body]


@given(any_event)
def test_two_endpoints_have_nothing_in_common(event: Happened) -> None:
    """Neither an id nor a hash of a person's: nothing that could be joined."""
    one, other = told(event, ONE), told(event, OTHER)
    if not isinstance(one, Rendered) or not isinstance(other, Rendered):
        assert one is other
        return
    shared = strings(one.body) & strings(other.body)
    assert not [each for each in shared if PSEUDONYM.fullmatch(each)]
    assert shared.isdisjoint(own_ids(event))
    assert one.message != other.message


@given(any_event, st.sampled_from(sorted(PLANTED)), st.data())
def test_what_is_planted_is_refused_or_found(
    event: Happened, what: str, data: st.DataObject
) -> None:
    """In a field of its own, or in the place of a string or a number that belongs."""
    where = data.draw(st.sampled_from([what, "score", *event.data]))
    planted = replace(event, data=event.data | {where: PLANTED[what]})
    made = told(planted, granted=accounts_of(event))
    if isinstance(made, Rendered):
        assert PLANTED[what].encode() not in made.body or leaks(made.body)


@pytest.mark.parametrize("what", sorted(PLANTED))
def test_the_sweep_finds_what_is_planted(what: str) -> None:
    """So that an empty list of leaks says something."""
    clean = b'{"type":"duty.ended","data":{"role":"peer","minutes":480}}'
    assert leaks(clean) == []
    stained = clean.replace(b'"peer"', f'"{PLANTED[what]}"'.encode())
    assert leaks(stained)
    for name in ("name", "score", "band", "email", "address"):
        assert leaks(clean.replace(b'"role"', f'"{name}"'.encode()))


@pytest.mark.parametrize("what", ["name", "score", "band", "email"])
def test_a_field_that_is_not_declared_is_sent_nowhere(what: str) -> None:
    event = duty()
    stained = replace(event, data=event.data | {what: 7})
    assert told(stained) is Withheld.NOT_OF_CATALOGUE
    unknown = replace(event, type="duty.noticed")
    assert told(unknown, granted=frozenset({ADA})) is Withheld.NOT_OF_CATALOGUE
    assert told(replace(event, policy_rev="by Ada")) is Withheld.NOT_OF_CATALOGUE


def duty(account: str = ADA, kind: str = "ended") -> Happened:
    data: dict[str, object] = {
        "shift": CLEO,
        "role": "responder",
        "minutes": 480,
        "account": account,
    }
    return Happened(f"duty.{kind}", data, f"shift:{CLEO}", subjects=(account,))


def case(kind: str = "opened", at_ms: int = 1_790_000_123_456) -> Happened:
    data: dict[str, object] = {"case": CLEO, "state": "opened"}
    key = f"case:{CLEO}"
    return Happened(f"crisis.{kind}", data, key, occurred_at_ms=at_ms, subjects=(ADA,))


def session(kind: str = "standard", *parties: str) -> Happened:
    there = [
        {"party": each, "role": "participant", "attended_min": 50} for each in parties
    ]
    data: dict[str, object] = {
        "kind": kind,
        "planned_min": 50,
        "parties": there,
        "end_reason": "completed",
        "media_mode": "video",
    }
    return Happened("session.ended", data, f"session:{CLEO}", subjects=parties)


def test_an_id_has_one_name_at_an_endpoint() -> None:
    """The same in every event, another for another kind, and no two run together."""
    account = body(duty())["data"]["account"]
    assert account == ONE.of("account", ADA)
    assert ONE.of("account", ADA) != ONE.of("case", ADA)
    assert ONE.of("a", "bc") != ONE.of("ab", "c")
    assert body(duty())["key"] == f"shift:{ONE.of('shift', CLEO)}"
    assert re.fullmatch(r"evt_[A-Z2-7]{26}", body(duty())["id"])
    assert "Names(" in repr(ONE)
    assert "111" not in repr(ONE)


def test_the_id_is_the_same_at_every_attempt_though_the_body_shrinks() -> None:
    event = session("standard", ADA, BEN)
    whole, less = told(event), told(event, granted=frozenset({ADA}))
    assert isinstance(whole, Rendered)
    assert isinstance(less, Rendered)
    assert whole.message == less.message
    assert len(less.body) < len(whole.body)


def test_who_did_not_agree_is_left_out_where_others_remain() -> None:
    event = session("standard", ADA, BEN)
    made = told(event, granted=frozenset({BEN}))
    assert isinstance(made, Rendered)
    (there,) = msgspec.json.decode(made.body)["data"]["parties"]
    assert there["party"] == ONE.of("account", BEN)
    assert ONE.of("account", ADA).encode() not in made.body
    assert told(event, granted=frozenset()) is Withheld.NO_CONSENT


@given(any_event)
def test_without_consent_nothing_leaves_but_what_concerns_nobody(
    event: Happened,
) -> None:
    """And that somebody has left, or agrees no more."""
    made = told(event, granted=frozenset())
    always = event.type in {"account.erased", "consent.withdrawn"}
    spec = EVENTS[event.type]
    leaves = always or spec.about_nobody or spec.tier is Tier.OPERATIONS
    assert isinstance(made, Rendered if leaves else Withheld)


def test_a_goal_that_only_one_may_be_told_of_is_told_of_nobody() -> None:
    data: dict[str, object] = {"goal": CLEO, "kind": "skill", "attested_by": [ADA, BEN]}
    event = Happened("goal.set", data, f"relationship:{CLEO}", subjects=(ADA, BEN))
    assert isinstance(told(event), Rendered)
    assert told(event, granted=frozenset({ADA})) is Withheld.NO_CONSENT


def test_a_case_without_anybody_to_ask_is_told_of_to_nobody() -> None:
    """Whom it is about is somewhere, named or not; a drill is about nobody."""
    nameless = replace(case(), subjects=())
    assert told(nameless) is Withheld.NO_CONSENT
    assert isinstance(told(replace(nameless, drill=True)), Rendered)
    assert isinstance(told(nameless, purpose=Purpose.PAGING), Rendered)


def test_times_of_a_case_are_five_minutes_wide() -> None:
    """That of the event, and those in it; whoever is on call is told exactly."""
    data: dict[str, object] = {
        "case": CLEO,
        "state": "followup_due",
        "due": 1_790_000_723_999,
    }
    event = Happened("crisis.followup_due", data, f"case:{CLEO}", subjects=(ADA,))
    wide = body(event)
    assert wide["timestamp"] == "2026-09-21T14:15:00Z"
    assert wide["data"]["due"] % 300 == 0
    exact = body(event, Purpose.PAGING)
    assert exact["timestamp"] == "2026-09-21T14:15:23Z"
    assert exact["data"]["due"] == 1_790_000_723


def test_a_gap_in_what_is_held_back_is_as_wide_as_what_is_missing() -> None:
    """It would else tell when a case's events were given up."""
    data: dict[str, object] = {"key": f"case:{CLEO}", "from": 3, "to": 5}
    key = f"endpoint:{BEN}"
    gap = Happened("delivery.gap", data, key, gap_tier=2, subjects=(ADA, BEN))
    told_of = body(gap)
    assert told_of["timestamp"] == "2026-09-21T14:15:00Z"
    assert told_of["data"]["key"] == f"case:{ONE.of('case', CLEO)}"
    assert isinstance(told(gap, granted=frozenset({BEN})), Rendered)
    assert told(gap, granted=frozenset()) is Withheld.NO_CONSENT
    assert told(replace(gap, subjects=())) is Withheld.NO_CONSENT
    late = replace(gap, data=data | {"withdrawn": True})
    assert isinstance(told(late, granted=frozenset()), Rendered)


def test_whoever_is_gone_is_told_of_by_the_name_that_is_left() -> None:
    name = ONE.of("account", ADA)
    gone = f"gone:{name}"
    event = Happened("account.erased", {"account": gone}, gone)
    made = told(event, granted=frozenset())
    assert isinstance(made, Rendered)
    whole = msgspec.json.decode(made.body)
    assert (whole["key"], whole["data"]) == (f"account:{name}", {"account": name})
    assert made.named == {}
    VALIDATORS["account.erased"].validate(whole)
    assert ONE.of("account", "gone:ada") != "ada"


def test_it_is_known_whom_a_body_names() -> None:
    """Also by its key; whoever is left out is not named."""
    event = session("standard", ADA, BEN)
    made = told(event, granted=frozenset({BEN}))
    assert isinstance(made, Rendered)
    assert made.named == {BEN: ONE.of("account", BEN)}
    data: dict[str, object] = {"account": ADA, "scope": "duty"}
    named = told(Happened("account.suspended", data, f"account:{ADA}", subjects=(ADA,)))
    assert isinstance(named, Rendered)
    assert named.named == {ADA: ONE.of("account", ADA)}


@pytest.mark.parametrize("kind", ["emergency", "crisis", "crisis_follow_up"])
def test_a_session_that_tells_of_a_crisis_is_none(kind: str) -> None:
    assert told(session(kind, ADA, BEN)) is Withheld.CRISIS
    assert tells_of_crisis("professional.crisis-response")
    assert not tells_of_crisis("critical_thinking")


def test_what_is_paid_for_a_crisis_is_paid_for_duty() -> None:
    data: dict[str, object] = {
        "account": ADA,
        "code": "professional.crisis_response",
        "micro_mvt": 1_350_000_000,
        "policy_hash": "0" * 64,
        "receipt_hash": "1" * 64,
    }
    event = Happened("reward.posted", data, f"account:{ADA}", subjects=(ADA,))
    made = body(event)["data"]
    assert (made["code"], made["micro_mvt"]) == ("duty", "1350000000")
    assert made["policy_hash"] == "0" * 64
    assert made["receipt_hash"] == ONE.of("receipt", "1" * 64)
    assert body(event, Purpose.CHAIN)["data"]["receipt_hash"] == "1" * 64


def test_a_shift_with_cases_looks_like_one_without() -> None:
    """To whoever is told of nothing beyond tier 1."""

    def stream(cases: int) -> list[bytes]:
        calm = [duty(kind="started"), duty(kind="ended")]
        hard = [calm[0], *(case() for _ in range(cases)), session("emergency", ADA)]
        made = [
            told(each)
            for each in (*hard, calm[1])
            if EVENTS[each.type].tier.value <= Tier.MEMBER.value
        ]
        return [each.body for each in made if isinstance(each, Rendered)]

    assert stream(0) == stream(5)
    assert len(stream(5)) == 2


def test_a_body_has_a_bound() -> None:
    """What would pass it is a defect, and is not sent."""
    many = tuple(f"{number:032x}" for number in range(64))
    made = told(session("standard", *many))
    assert isinstance(made, Rendered)
    assert len(made.body) < 20_000


def test_marks_are_there_only_where_they_hold() -> None:
    plain = body(duty())
    assert {"replay", "drill", "policy_rev"}.isdisjoint(plain)
    to = Destination(ONE, Purpose.REWARD)
    event = replace(duty(), drill=True, policy_rev="7")
    made = render(event, to, 9, (ADA,), frozenset({ADA}), replay=True)
    assert isinstance(made, Rendered)
    marked = msgspec.json.decode(made.body)
    assert (marked["replay"], marked["drill"], marked["policy_rev"]) == (
        True,
        True,
        "7",
    )
    assert marked["key_seq"] == 9
