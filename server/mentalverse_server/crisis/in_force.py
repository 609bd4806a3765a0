"""The policy in force as this process last saw it.

For those who are asked too often to ask the database, or who are needed when it does
not answer. Decisions themselves never go by this: they read the policy with the desk,
under its lock. Each decision tells the policy that it went by, so another process's
adoption is known here with the next one; the desk tries itself every minute.
"""

from __future__ import annotations

from mentalverse_crisis.decide import Decision
from mentalverse_crisis.policy import DEFAULT, Policy

from ..store.engine import Connection


class InForce:
    """Listens to decisions; read by anybody on the event loop."""

    def __init__(self) -> None:
        self.policy: Policy = DEFAULT

    def cluster(self) -> tuple[int, float]:
        """More opens than this from one address, within so many seconds."""
        return self.policy.cluster_opens, self.policy.cluster_seconds

    def saw(self, policy: Policy) -> None:
        """This is in force."""
        self.policy = policy

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """Nothing: it is in the database already."""

    def carry_out(self, decision: Decision) -> None:
        """What was decided was decided by this."""
        self.policy = decision.desk.policies[decision.desk.policy]
