"""What is shown of the desk's promises to supervisors."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mentalverse_crisis.policy import Policy
from mentalverse_crisis.policy_document import written
from mentalverse_signaling.policy_events import (
    PolicyFinding,
    PolicyProposal,
    PolicyRevision,
    PolicyView,
)

from ..store import accounts, policies
from ..store.engine import Connection
from ..store.policies import Adopted, Proposed, Signed

MOST_SHOWN = 50

Findings = Callable[[Policy], tuple[PolicyFinding, ...]]


def policy_view(
    connection: Connection, reader: str, now_ms: int, owner: Signed, found: Findings
) -> PolicyView:
    """Everything, for one supervisor. `owner` signed what the desk was made with."""
    policy = policies.in_force(connection)
    history = policies.history(connection, MOST_SHOWN)
    waiting = policies.proposal(connection)
    named = {who for one in history for who in (one.proposed_by, one.adopted_by) if who}
    if waiting is not None:
        named.add(waiting.proposed_by)
    handles = accounts.handles(connection, named)
    return PolicyView(
        now=now_ms,
        revision=policy.revision,
        document=written(policy),
        findings=found(policy),
        history=tuple(_revision(one, handles, owner) for one in history),
        proposal=None
        if waiting is None
        else _proposal(waiting, handles, reader, found),
        clinical_owner=owner.by,
    )


def _revision(
    one: Adopted, handles: Mapping[str, str], owner: Signed
) -> PolicyRevision:
    signed = one.signed or owner
    return PolicyRevision(
        revision=one.revision,
        adopted_at=one.adopted_at_ms,
        proposed_by=handles.get(one.proposed_by or ""),
        adopted_by=handles.get(one.adopted_by or ""),
        signed_by=signed.by,
        signed_on=signed.on,
    )


def _proposal(
    one: Proposed, handles: Mapping[str, str], reader: str, found: Findings
) -> PolicyProposal:
    return PolicyProposal(
        revision=one.policy.revision,
        document=one.document,
        document_hash=one.document_hash,
        proposed_by=handles.get(one.proposed_by),
        is_mine=one.proposed_by == reader,
        proposed_at=one.proposed_at_ms,
        signed_by=one.signed.by,
        signed_on=one.signed.on,
        findings=found(one.policy),
    )
