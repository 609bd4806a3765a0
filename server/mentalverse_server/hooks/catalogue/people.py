"""Accounts, consent, credentials, training, supervision."""

from __future__ import annotations

from enum import Enum

from .fields import (
    AccountRef,
    Code,
    Count,
    Data,
    Level,
    Minutes,
    Moment,
    SourceRef,
    StatusRef,
)
from .purposes import Purpose


class SuspensionScope(Enum):
    """What somebody may not do for now."""

    EVERYTHING = "everything"
    SESSIONS = "sessions"
    CIRCLES = "circles"
    DUTY = "duty"


class AccountChanged(Data, frozen=True, kw_only=True):
    """An account was suspended or reinstated."""

    account: AccountRef
    scope: SuspensionScope
    until: Moment | None = None


class AccountErased(Data, frozen=True, kw_only=True):
    """Somebody has left: forget what you have under this name, and answer 2xx."""

    account: AccountRef


class ConsentChanged(Data, frozen=True, kw_only=True):
    """Somebody agreed, or agrees no more."""

    account: AccountRef
    purpose: Purpose
    version: Count


class CredentialReason(Enum):
    """Why a credential is as it is now."""

    EARNED = "earned"
    RENEWED = "renewed"
    LAPSED = "lapsed"
    REVIEW = "review"
    CONDUCT = "conduct"
    LICENCE = "licence"
    OWN_WISH = "own_wish"
    ERROR = "error"


class CredentialChanged(Data, frozen=True, kw_only=True):
    """A step of a credential."""

    account: AccountRef
    type: Code
    level: Level
    valid_until: Moment | None = None
    reason_code: CredentialReason | None = None
    status: StatusRef | None = None


class TrainingDone(Data, frozen=True, kw_only=True):
    """Minutes were recorded, or an assessment was passed."""

    account: AccountRef
    module: Code
    minutes: Minutes
    source_id: SourceRef


class CaseCountBucket(Enum):
    """How much there was to talk about."""

    NONE = "0"
    FEW = "1-4"
    SOME = "5-9"
    MANY = "10+"


class Supervision(Data, frozen=True, kw_only=True):
    """Supervision was held, or is overdue."""

    account: AccountRef
    minutes: Minutes
    case_count: CaseCountBucket
