"""The table of decisions is the one that was agreed on, row by row."""

from __future__ import annotations

import pytest

from mentalverse_server.hooks import ports
from mentalverse_server.hooks.policy import (
    ASKED,
    RULES,
    Class,
    Decision,
    Meaning,
)

AGREED = {
    "case.open": (None, "goes_on", "core", None),
    "crisis.routing_hint": (150, "built_in", "open", None),
    "crisis.responder_eligible": (200, "supervisors", "degrade", 72),
    "session.start_peer": (300, "refused", "closed", 24),
    "session.start_professional": (300, "refused", "closed", 1),
    "circle.open_therapy": (300, "refused", "closed", 1),
    "session.running": (None, "goes_on", "open", None),
    "jurisdiction.allowed": (300, "refused", "closed", None),
    "safeguarding": (None, "refused", "closed", None),
    "match.score": (2000, "built_in", "open", None),
    "match.veto": (2000, "to_review", "closed", None),
    "payment.authorise": (500, "billed_later", "open", None),
    "tokens.spend_care": (500, "billed_later", "open", None),
    "tokens.spend_extras": (500, "refused", "closed", None),
    "content.list": (500, "nothing", "open", None),
    "reward.evaluate": (15000, "pending", "deferred", None),
    "credential.issue": (15000, "pending", "deferred", None),
    "export.consent": (None, "not_sent", "closed", None),
}
"""Deadline in ms, what silence means, class, hours for which the last yes counts."""
PORTS = (
    ports.Credentials,
    ports.Matching,
    ports.Rewards,
    ports.Payments,
    ports.RoutingHint,
    ports.Content,
    ports.Checks,
)


def test_every_row_is_as_agreed() -> None:
    written = {
        decision.value: (
            rule.deadline_ms,
            rule.silence.value,
            rule.kind.value,
            None if rule.last_good_ms is None else rule.last_good_ms // 3_600_000,
        )
        for decision, rule in RULES.items()
    }
    assert written == AGREED
    assert set(RULES) == set(Decision)


@pytest.mark.parametrize("decision", ASKED)
def test_one_port_has_the_method_of_each_decision(decision: Decision) -> None:
    method = RULES[decision].method
    assert method is not None
    assert sum(method in vars(port) for port in PORTS) == 1


def test_nobody_can_be_asked_what_has_no_method_or_no_deadline() -> None:
    for decision, rule in RULES.items():
        assert (rule.method is None) == (rule.deadline_ms is None)
        assert (decision in ASKED) == (rule.method is not None)
        if rule.method is None:
            with pytest.raises(LookupError):
                _ = rule.deadline_seconds


def test_what_a_crisis_needs_goes_on_and_is_asked_of_nobody() -> None:
    core = RULES[Decision.CASE_OPEN]
    assert (core.method, core.silence, core.kind) == (
        None,
        Meaning.GOES_ON,
        Class.CORE,
    )
