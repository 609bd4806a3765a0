"""One module per group of events: who asks, and which service answers."""

from __future__ import annotations

from collections.abc import Mapping

from ..crisis.parts import Crisis
from ..router import Handler
from ..services.blocks import Blocking
from ..services.calls.parts import CallParts
from ..services.claims import Claiming
from ..services.consents import Consenting
from ..services.conversations import ConversationService
from ..services.credential_parts import CredentialParts
from ..services.devices import Devices
from ..services.freezing import Freezing
from ..services.groups import Groups
from ..services.identity import Identity
from ..services.keys import Keys
from ..services.match_parts import MatchParts
from ..services.people import People
from ..services.rejoin import Rejoin
from ..services.report_course import ReportCourses
from ..services.reward_parts import RewardParts
from ..services.transparency import TransparencyLog
from ..services.webhooks import WebhookService
from . import (
    account,
    blocks,
    calls,
    cases,
    claims,
    consents,
    credentials,
    desk,
    devices,
    groups,
    keys,
    matching,
    messaging,
    no_calls,
    no_desk,
    overrides,
    policy,
    referrals,
    reports,
    reviews,
    rewards,
    rota,
    sessions,
    supervisors,
)
from . import webhooks as webhook_events
from .messaging import hot_handler

__all__ = ["handler_groups", "hot_handler"]


def handler_groups(
    *,
    conversation_service: ConversationService,
    group_service: Groups,
    rejoining: Rejoin,
    freezing: Freezing,
    key_service: Keys,
    people: People,
    identity: Identity,
    blocking: Blocking,
    claiming: Claiming,
    consenting: Consenting,
    report_courses: ReportCourses,
    device_service: Devices,
    log: TransparencyLog,
    crisis: Crisis | None,
    credential_parts: CredentialParts,
    reward_parts: RewardParts,
    webhooks: WebhookService,
    match_parts: MatchParts,
    call_parts: CallParts | None = None,
) -> tuple[Mapping[str, Handler], ...]:
    """Every handler but that of `message.send`, for the router."""
    return (
        messaging.handlers(conversation_service),
        groups.handlers(group_service, rejoining, freezing),
        keys.handlers(key_service),
        account.handlers(people, identity),
        blocks.handlers(blocking),
        claims.handlers(claiming),
        consents.handlers(consenting),
        reports.handlers(report_courses),
        devices.handlers(device_service, log),
        credentials.handlers(credential_parts),
        reviews.handlers(credential_parts),
        rewards.handlers(reward_parts),
        webhook_events.handlers(webhooks),
        matching.handlers(match_parts),
        *_calls(call_parts),
        *_desk(crisis),
    )


def _calls(parts: CallParts | None) -> tuple[Mapping[str, Handler], ...]:
    if parts is None:
        return (no_calls.handlers(),)
    return (
        calls.handlers(parts),
        sessions.handlers(parts.planning, parts.agreements, parts.feedback),
    )


def _desk(crisis: Crisis | None) -> tuple[Mapping[str, Handler], ...]:
    if crisis is None:
        return (no_desk.handlers(),)
    return (
        cases.handlers(crisis.persons, crisis.door),
        desk.handlers(crisis.responders),
        overrides.handlers(crisis.locations, crisis.overriding),
        rota.handlers(crisis.shifts),
        referrals.handlers(crisis.referring),
        supervisors.handlers(crisis.supervising, crisis.duty_calls, crisis.responders),
        policy.handlers(crisis.policies),
    )
