"""What is unwise in a policy on this server: its promises, and who is behind its tiers.

A tier that nobody is behind is an error where help is promised: the desk would page
nobody, and would not start again (`settings`). On a desk that is only tried out it is
a warning, since most of those page nobody.

How people answer offers is taken from the log, once enough of them have.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from mentalverse_crisis.lint import Answering, lint_policy
from mentalverse_crisis.measured import answering
from mentalverse_crisis.policy import Policy
from mentalverse_signaling.policy_events import FindingWeight, PolicyFinding

from ..store import cases, crisis_log
from ..store.engine import Connection
from .pages.on_call import OnCall
from .pages.tier_tests import tested_tiers
from .settings import LATELY_DAYS, tiers

MOST_OFFERS = 5_000
"""The last ones, by which people's answers are measured."""
MEASURED_FOR_MS = 600_000


class Linter:
    """Used by threads that read; two that measure at once measure the same."""

    def __init__(self, on_call: OnCall, *, is_open: bool) -> None:
        self._on_call = on_call
        self._is_open = is_open
        self._measured = Answering()
        self._measured_at_ms: int | None = None

    def findings(
        self, connection: Connection, policy: Policy, now_ms: int
    ) -> tuple[PolicyFinding, ...]:
        """Everything that is unwise, as people answer here; the rules speak first."""
        found = self._of(policy, self._answering(connection, now_ms))
        tested = tested_tiers(connection, self._on_call, now_ms)
        return *found, *self._untested(policy, tested)

    def refuses(self, policy: Policy) -> bool:
        """Whether somebody would wait for nobody, however people answer."""
        found = self._of(policy, Answering())
        return any(one.weight is FindingWeight.ERROR for one in found)

    def _untested(
        self, policy: Policy, tested: Container[str]
    ) -> Iterator[PolicyFinding]:
        for tier in tiers(policy):
            if self._on_call.of(tier) and tier not in tested:
                yield PolicyFinding(
                    FindingWeight.WARNING,
                    f"ladder.{tier}",
                    f"nobody here has said in {LATELY_DAYS} days that a test page came:"
                    " send one, since without it a desk does not open again",
                )

    def _of(self, policy: Policy, people: Answering) -> Iterator[PolicyFinding]:
        for one in lint_policy(policy, people):
            weight = FindingWeight(one.severity.value)
            yield PolicyFinding(weight, one.where, one.what)
        yield from _of_tiers(policy, self._on_call, is_open=self._is_open)

    def _answering(self, connection: Connection, now_ms: int) -> Answering:
        at_ms = self._measured_at_ms
        if at_ms is None or not 0 <= now_ms - at_ms < MEASURED_FOR_MS:
            offers = crisis_log.offers(connection, MOST_OFFERS)
            found = answering(offers, cases.count_team(connection))
            self._measured, self._measured_at_ms = found or Answering(), now_ms
        return self._measured


def _of_tiers(
    policy: Policy, on_call: OnCall, *, is_open: bool
) -> Iterator[PolicyFinding]:
    weight = FindingWeight.ERROR if is_open else FindingWeight.WARNING
    for tier in tiers(policy):
        if not on_call.of(tier):
            yield PolicyFinding(
                weight,
                f"ladder.{tier}",
                "nobody is behind this tier: name who is paged in crisis.on_call",
            )
    for tier in on_call.tiers:
        if tier not in tiers(policy):
            yield PolicyFinding(
                FindingWeight.WARNING,
                f"ladder.{tier}",
                "crisis.on_call has somebody in this tier whom no rung ever pages",
            )
