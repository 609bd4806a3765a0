"""What is kept about an account, by table: what it is shown, and what goes with it.

One declaration for both, so that nothing is shown that stays in silence, or deleted
unseen. Every table is here or in `NOT_PERSONAL`; a test holds whoever adds one to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    delete,
    literal,
    or_,
    select,
    tuple_,
)

from mentalverse_crisis.desk import Responder
from mentalverse_signaling.ids import AccountId

from . import tables as t
from .tables_attendance import call_counted, call_receipts, claims
from .tables_blobs import blobs
from .tables_calls import (
    call_acts,
    call_attendance,
    call_checks,
    call_consents,
    call_direct_wishes,
    call_feedback,
    call_screenings,
    call_seats,
    call_sessions,
)
from .tables_consents import consents, endpoint_names
from .tables_credentials import (
    credential_applications,
    credential_evidence,
    credential_notices,
    credentials,
    training_marks,
    training_minutes,
)
from .tables_crisis import crisis_cases, crisis_holds, crisis_responders
from .tables_crisis_pages import crisis_duty_tests
from .tables_crisis_policies import crisis_policy_history, crisis_policy_proposal
from .tables_crisis_rota import crisis_duties, crisis_shifts
from .tables_freezing import freezes, rejections
from .tables_guests import guest_words, guests
from .tables_hooks import (
    deliveries,
    delivery_lanes,
    key_heads,
    outbox,
    outbox_subjects,
    webhook_acts,
)
from .tables_identity import (
    account_roles,
    blocks,
    device_lists,
    passkey_ceremonies,
    passkeys,
    passphrases,
)
from .tables_matching import (
    match_consents,
    match_duals,
    match_groups,
    match_mentors,
    match_options,
    match_profiles,
    match_proposals,
    match_wishes,
    relationships,
)
from .tables_providers import local_revocations, provider_answers
from .tables_push import push_muted, push_quiet, push_subscriptions, push_told
from .tables_recovery import backups, rejoins, report_blobs, report_rows, reports
from .tables_rewards import (
    fees_due,
    ledger_accounts,
    ledger_names,
    ledger_rights,
    reward_approvals,
    reward_awards,
    reward_choices,
    reward_disputes,
    reward_packs,
    reward_words,
)

PAGE_ROWS: Final = 200
LARGE_PAGE_ROWS: Final = 8
"""Of tables with large rows."""


class Fate(StrEnum):
    """What becomes of an account's rows when it is deleted."""

    GOES = "goes"
    """At once."""
    FOLLOWS = "follows"
    """Once it is of no use to anybody (`store.departed`)."""
    STAYS = "stays"
    """Part of what other people's conversations are: ids that belong to nobody."""


Rows = Callable[[AccountId], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Personal:
    """The rows of one table that are about an account."""

    table: Table
    rows: Rows
    """Those that it is shown."""
    fate: Fate = Fate.GOES
    withheld: frozenset[str] = field(default=frozenset())
    """Columns that are not shown: what proves somebody is nothing to carry about."""
    also: Rows | None = None
    """Rows that go with the account and are others' to know."""
    is_large: bool = False
    """Rows of some hundred kibibytes."""
    part: frozenset[str] | None = None
    """Of a `document` (JSON), the fields that are shown; None: all of it."""


def _devices(account: AccountId) -> Select[Any]:
    return select(t.devices.c.id).where(t.devices.c.account == account)


def _own(table: Table, column: str = "account") -> Rows:
    """The rows that name the account in a column."""
    return lambda account: table.c[column] == account


def _of_devices(table: Table) -> Rows:
    """The rows that name a device of the account."""
    return lambda account: table.c.device.in_(_devices(account))


def _of_events(table: Table, column: str) -> Rows:
    """The rows of events that are about the account."""
    return lambda account: table.c[column].in_(
        select(outbox_subjects.c.event).where(outbox_subjects.c.account == account)
    )


def _of_key(table: Table, column: str) -> Rows:
    """The rows of the account's own key."""
    return lambda account: table.c[column] == f"account:{account}"


def _of_reports(table: Table) -> Rows:
    return lambda account: table.c.report.in_(
        select(reports.c.id).where(reports.c.account == account)
    )


def _of_proposals(table: Table) -> Rows:
    """The rows of what was proposed to the account as a mentee."""
    return lambda account: table.c.proposal.in_(
        select(match_proposals.c.id).where(match_proposals.c.mentee == account)
    )


def _of_awards(table: Table) -> Rows:
    """The rows of awards to the account."""
    return lambda account: table.c.award.in_(
        select(reward_awards.c.id).where(reward_awards.c.beneficiary == account)
    )


def _of_pair(table: Table, one: str, other: str) -> Rows:
    """The rows that name the account as either of two."""
    return lambda account: (table.c[one] == account) | (table.c[other] == account)


def _sent(account: AccountId) -> ColumnElement[bool]:
    """By conversation first, since that is how the table lies."""
    joined = select(t.group_devices.c.conversation).where(
        t.group_devices.c.device.in_(_devices(account))
    )
    return t.idempotency.c.conversation.in_(joined) & t.idempotency.c.device.in_(
        _devices(account)
    )


_OF_THE_PERSON: Final = frozenset(
    {
        "band",
        "band_source",
        "channel",
        "is_clustered",
        "is_minor",
        "is_trusted",
        "kept_until_ms",
        "language",
        "needs",
        "outcome",
        "policy",
        "region",
        "state",
        "tapped_at_ms",
    }
)
"""Of a case. Who was asked and could not come is theirs to tell."""

_OF_THE_RESPONDER: Final = frozenset(
    field.name for field in msgspec.structs.fields(Responder)
) - {"avoids"}
"""Of a place on the roster; whom they are kept from meeting may have wished for it."""

PERSONAL: Final = (
    Personal(t.accounts, _own(t.accounts, "id")),
    Personal(guests, _own(guests)),
    Personal(guest_words, _own(guest_words), withheld=frozenset({"verifier"})),
    Personal(account_roles, _own(account_roles)),
    Personal(t.invites, _own(t.invites, "used_by"), withheld=frozenset({"code_hash"})),
    Personal(
        t.sign_ins,
        _own(t.sign_ins),
        Fate.FOLLOWS,
        withheld=frozenset({"token_hash"}),
    ),
    Personal(
        t.sign_in_challenges,
        _of_devices(t.sign_in_challenges),
        withheld=frozenset({"nonce"}),
    ),
    Personal(passkeys, _own(passkeys)),
    Personal(
        passkey_ceremonies,
        _own(passkey_ceremonies),
        withheld=frozenset({"challenge"}),
    ),
    Personal(
        passphrases,
        _own(passphrases),
        withheld=frozenset({"salt", "hash_salt", "hash"}),
    ),
    Personal(blocks, _own(blocks), also=_own(blocks, "blocked")),
    Personal(t.key_packages, _of_devices(t.key_packages)),
    Personal(
        push_subscriptions, _own(push_subscriptions), withheld=frozenset({"auth"})
    ),
    Personal(push_told, _of_devices(push_told)),
    Personal(push_muted, _of_devices(push_muted)),
    Personal(push_quiet, _own(push_quiet)),
    Personal(backups, _own(backups), is_large=True),
    Personal(t.welcomes, _of_devices(t.welcomes), is_large=True),
    Personal(t.idempotency, _sent),
    Personal(rejoins, _of_devices(rejoins)),
    Personal(rejections, _own(rejections)),
    Personal(blobs, _own(blobs), Fate.FOLLOWS),
    Personal(report_rows, _of_reports(report_rows), Fate.FOLLOWS),
    Personal(report_blobs, _of_reports(report_blobs), Fate.FOLLOWS),
    Personal(reports, _own(reports), Fate.FOLLOWS, is_large=True),
    Personal(
        crisis_cases, _own(crisis_cases, "person"), Fate.STAYS, part=_OF_THE_PERSON
    ),
    Personal(
        crisis_responders,
        _own(crisis_responders, "id"),
        Fate.STAYS,
        part=_OF_THE_RESPONDER,
    ),
    Personal(crisis_holds, _own(crisis_holds, "responder"), Fate.STAYS),
    Personal(crisis_shifts, _own(crisis_shifts)),
    Personal(crisis_duties, _own(crisis_duties)),
    Personal(
        crisis_policy_history,
        lambda account: (
            (crisis_policy_history.c.proposed_by == account)
            | (crisis_policy_history.c.adopted_by == account)
        ),
        Fate.STAYS,
    ),
    Personal(
        crisis_policy_proposal, _own(crisis_policy_proposal, "proposed_by"), Fate.STAYS
    ),
    Personal(crisis_duty_tests, _own(crisis_duty_tests)),
    Personal(call_seats, _own(call_seats), Fate.STAYS),
    Personal(call_attendance, _own(call_attendance), Fate.STAYS),
    Personal(
        call_acts,
        lambda account: (
            (call_acts.c.account == account) | (call_acts.c.on_account == account)
        ),
        Fate.STAYS,
    ),
    Personal(call_consents, _own(call_consents), Fate.STAYS),
    Personal(call_receipts, _own(call_receipts), Fate.STAYS),
    Personal(call_counted, _own(call_counted), Fate.STAYS),
    Personal(claims, _own(claims), Fate.STAYS),
    Personal(call_sessions, _own(call_sessions), Fate.STAYS),
    Personal(call_screenings, _own(call_screenings)),
    Personal(call_checks, _own(call_checks)),
    Personal(call_direct_wishes, _own(call_direct_wishes)),
    Personal(
        call_feedback,
        _own(call_feedback),
        withheld=frozenset({"sealed"}),
        also=_own(call_feedback, "about"),
    ),
    Personal(match_profiles, _own(match_profiles)),
    Personal(match_groups, _own(match_groups)),
    Personal(match_mentors, _own(match_mentors)),
    Personal(match_duals, _of_pair(match_duals, "account", "other")),
    Personal(
        match_options,
        _of_proposals(match_options),
        withheld=frozenset({"vetoed_by", "reason"}),
    ),
    Personal(match_consents, _own(match_consents)),
    Personal(match_proposals, _own(match_proposals, "mentee")),
    Personal(match_wishes, _own(match_wishes)),
    Personal(relationships, _of_pair(relationships, "mentee", "mentor"), Fate.STAYS),
    Personal(consents, _own(consents)),
    Personal(endpoint_names, _own(endpoint_names)),
    Personal(deliveries, _of_events(deliveries, "event")),
    Personal(delivery_lanes, _of_key(delivery_lanes, "queue")),
    Personal(outbox, _of_events(outbox, "seq")),
    Personal(outbox_subjects, _own(outbox_subjects)),
    Personal(key_heads, _of_key(key_heads, "key")),
    Personal(webhook_acts, _own(webhook_acts), Fate.STAYS),
    Personal(provider_answers, _own(provider_answers)),
    Personal(ledger_rights, _own(ledger_rights, "beneficiary")),
    Personal(ledger_names, _own(ledger_names, "beneficiary")),
    Personal(ledger_accounts, _own(ledger_accounts, "holder")),
    Personal(reward_choices, _own(reward_choices)),
    Personal(fees_due, _own(fees_due)),
    Personal(reward_disputes, _own(reward_disputes, "beneficiary")),
    Personal(
        reward_words, _own(reward_words, "by"), also=_own(reward_words, "beneficiary")
    ),
    Personal(
        reward_approvals,
        _own(reward_approvals, "by"),
        also=_of_awards(reward_approvals),
    ),
    Personal(reward_awards, _own(reward_awards, "beneficiary")),
    Personal(
        reward_packs, _of_pair(reward_packs, "proposed_by", "activated_by"), Fate.STAYS
    ),
    Personal(credential_applications, _own(credential_applications)),
    Personal(
        credential_evidence,
        _own(credential_evidence),
        withheld=frozenset({"sealed"}),
        is_large=True,
    ),
    Personal(credential_notices, _own(credential_notices)),
    Personal(credentials, _own(credentials)),
    Personal(training_minutes, _own(training_minutes)),
    Personal(training_marks, _own(training_marks)),
    Personal(local_revocations, _own(local_revocations)),
    Personal(t.members, _own(t.members), Fate.FOLLOWS),
    Personal(t.group_devices, _own(t.group_devices), Fate.STAYS),
    Personal(t.epochs, _of_devices(t.epochs), Fate.STAYS),
    Personal(freezes, _own(freezes, "committer"), Fate.STAYS),
    Personal(device_lists, _own(device_lists), Fate.FOLLOWS),
    Personal(t.devices, _own(t.devices), Fate.FOLLOWS),
)
"""In the order in which they are shown and deleted; `devices` last, by which others
are found."""

NOT_PERSONAL: Final = {
    "meta": "about the server",
    "conversations": "about people together; `members` says who",
    "calls": "about people together; `call_seats` and the others say who",
    "messages": "names nobody: who wrote a row is inside its ciphertext",
    "group_infos": "of the group, for whoever comes back into it",
    "pairing_mailboxes": "under a random id that only two devices know; ten minutes",
    "pairing_slots": "as its mailbox",
    "log_entries": "hashes: who is meant is known to those who know the account",
    "log_nodes": "hashes of hashes",
    "log_heads": "about the log",
    "retired_names": "keyed hashes of names that belong to nobody",
    "endpoints": "about the server",
    "erasure_notices": "names of whoever is gone, which nobody can make again",
    "match_runs": "counts, and an audit without anybody in it",
    "ledger_head": "about the server",
    "ledger_checkpoints": "signed hashes of hashes",
    "reward_inbox": "which events of the outbox were not looked at; they say whose",
    "ledger_journal": "a chain of entries: `ledger_names` says whose, and goes",
    "credential_statuses": "bits at random places; whose they are went with the rest",
    "crisis_desk": "about the server",
    "crisis_policies": "about the server",
    "crisis_conversations": "where a case is talked about; `crisis_cases` says whose",
    "crisis_pages": "who is rung, by the operator's own list, and for which case",
    "crisis_page_tests": "as the pages",
    "crisis_page_links": "as the pages; a day",
    "crisis_rota_gaps": "hours in which nobody was planned",
    "crisis_locations": "sealed, and gone with the decision that ends it; of a case",
    "crisis_overrides": "about a case; kept until somebody has looked at all of it",
    "crisis_canary_entries": "the desk's own trials: nobody asks in them",
    "crisis_entries": "a log of cases: ids that belong to nobody once they are deleted",
}
"""The other tables, each with the reason."""


def page(
    connection: Connection,
    personal: Personal,
    account: AccountId,
    after: tuple[Any, ...] | None,
) -> tuple[list[dict[str, Any]], tuple[Any, ...] | None]:
    """The next rows of a table as they are shown, and where to go on; None at the end.

    `after` is where the page before ended, None for the first.
    """
    key = tuple(personal.table.primary_key.columns)
    most = LARGE_PAGE_ROWS if personal.is_large else PAGE_ROWS
    query = select(personal.table).where(personal.rows(account)).order_by(*key)
    if after is not None:
        pairs = zip(after, key, strict=True)
        last = [literal(value, each.type) for value, each in pairs]
        query = query.where(tuple_(*key) > tuple_(*last))
    found = connection.execute(query.limit(most)).all()
    rows = [_shown(personal, dict(row._mapping)) for row in found]
    if len(found) < most:
        return rows, None
    return rows, tuple(found[-1]._mapping[each.name] for each in key)


def _shown(personal: Personal, row: dict[str, Any]) -> dict[str, Any]:
    shown = {
        name: value for name, value in row.items() if name not in personal.withheld
    }
    if personal.part is not None:
        whole = msgspec.json.decode(row["document"])
        part = {name: whole[name] for name in sorted(personal.part & whole.keys())}
        shown["document"] = msgspec.json.encode(part).decode()
    return shown


def forget(connection: Connection, account: AccountId) -> None:
    """Delete the rows that go at once."""
    for personal in PERSONAL:
        if personal.fate is Fate.GOES:
            which = personal.rows(account)
            if personal.also is not None:
                which = or_(which, personal.also(account))
            connection.execute(delete(personal.table).where(which))
