"""The catalogue is closed: what may leave is declared, and has a schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from mentalverse_server.hooks.catalogue.care import CaseState
from mentalverse_server.hooks.catalogue.fields import Tier
from mentalverse_server.hooks.catalogue.registry import EVENTS
from mentalverse_server.hooks.catalogue.schemas import FOLDER, schema_of, written
from support.hook_events import PLANTED

_NAMES = """
session.scheduled session.rescheduled session.cancelled session.no_show
session.started session.ended session.attended session.quality
circle.opened circle.closed circle.member_joined circle.member_left
circle.member_removed
relationship.proposed relationship.consented relationship.started
relationship.phase_changed relationship.adjusted relationship.ended
relationship.graduated
goal.set goal.progressed goal.completed feedback.submitted
crisis.opened crisis.band_changed crisis.offered crisis.accepted crisis.escalated
crisis.breached crisis.transferred crisis.gap_started crisis.gap_ended crisis.closed
crisis.followup_due crisis.followup_done crisis.followup_overdue
duty.started duty.ended duty.coverage_gap
safety.complaint_filed safety.actioned safety.appealed
account.suspended account.reinstated account.erased
consent.granted consent.withdrawn
credential.requested credential.issued credential.renewed credential.expiring
credential.suspended credential.revoked credential.reinstated
training.minutes_recorded training.assessment_passed
supervision.held supervision.overdue
match.run_started match.run_finished match.audit_published
reward.pending reward.posted reward.voided reward.disputed reward.reversed
ledger.checkpoint policy.activated delivery.gap endpoint.disabled
"""
NAMES = _NAMES.split()


def test_every_event_that_there_is_stands_here() -> None:
    """Types are added, and none is taken away or renamed: receivers know them."""
    assert list(EVENTS) == NAMES


def test_a_crisis_and_a_complaint_are_of_the_tier_that_is_held_back() -> None:
    held = {each.name for each in EVENTS.values() if each.tier is Tier.SENSITIVE}
    assert held == {n for n in NAMES if n.partition(".")[0] in {"crisis", "safety"}}


def test_the_schemas_on_disk_are_those_of_the_code() -> None:
    """`python -m mentalverse_server.hooks.catalogue` writes them anew."""
    stored = {each.name: each.read_bytes() for each in FOLDER.iterdir()}
    assert stored == written()


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema_of(EVENTS[name]))


def _strings(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") == "string":
            yield part
        for each in part.values():
            yield from _strings(each)


@pytest.mark.parametrize("name", NAMES)
def test_no_field_takes_what_somebody_is_known_by(name: str) -> None:
    """Each string is one of few, or of a form that no name and no band has."""
    for each in _strings(schema_of(EVENTS[name])):
        for text in (*PLANTED.values(), "a0", "Ada", "9.9.9.9 ", "two words"):
            revision = "0-9A-Za-z" in each["pattern"]
            if revision and text in {"A1", "a0", "Ada"}:
                continue  # a policy's revision, which the operator wrote
            assert re.search(each["pattern"], text) is None


@pytest.mark.parametrize("name", NAMES)
def test_what_is_closed_is_closed_all_the_way_down(name: str) -> None:
    def check(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("type") == "object":
                assert part["additionalProperties"] is False
            for each in part.values():
                check(each)

    check(schema_of(EVENTS[name]))


def test_a_schema_is_plain_json() -> None:
    for text in written().values():
        assert msgspec.json.decode(text) == json.loads(text)


def test_a_case_has_a_state_for_each_of_its_events() -> None:
    names = [n.partition(".")[2] for n in NAMES if n.startswith("crisis.")]
    assert [each.value for each in CaseState] == names
