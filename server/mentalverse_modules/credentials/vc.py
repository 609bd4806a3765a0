"""A credential that its holder carries away, and that anybody can check.

W3C Verifiable Credentials 2.0, secured as a JWT (`typ: vc+jwt`), in the shape of Open
Badges 3.0: wallets that know badges show it, and so do those that know credentials.
Trainings, specialties and licences have the one shape; `achievementType` tells them
apart. The subject is a key of the holder (`did:key`), never an account, so that who
shows it proves to hold it and nobody else learns whom it names.

`verify` asks nothing of a network: the keys and the status lists are passed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

import msgspec

from . import jose
from .errors import (
    Expired,
    MalformedCredential,
    MalformedList,
    NotYetValid,
    Revoked,
    StatusUnknown,
    Suspended,
)
from .keys import IssuerKey
from .status_list import PublishedList, Purpose, StatusEntry
from .w3c import CONTEXT, MEDIA_TYPE, instant, seconds

BADGE_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
BADGE_TYPE = "OpenBadgeCredential"
CODE_PREFIX = "urn:mentalverse:credential:"
MAX_TOKEN_CHARS = 16_384


class AchievementType(Enum):
    """What a credential attests; words of Open Badges 3.0."""

    CERTIFICATION = "Certification"
    """A training level, a qualification of peers."""
    LICENSE = "License"
    MICRO_CREDENTIAL = "MicroCredential"
    """A specialty."""


@dataclass(frozen=True, slots=True)
class Attested:
    """What is attested, in the words of a requirement pack."""

    code: str
    """`level.basic`, `specialty.crisis`, …"""
    name: str
    criteria: str
    """What had to be met, for people to read."""
    kind: AchievementType


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential; `verify` gives back what `sign` was given."""

    id: str
    """`urn:uuid:…`"""
    issuer: str
    issuer_name: str
    subject: str
    """`did:key` of the holder."""
    attested: Attested
    valid_from_s: int
    valid_until_s: int
    statuses: tuple[StatusEntry, ...] = ()


class _Criteria(msgspec.Struct, frozen=True):
    narrative: str


class _Achievement(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    name: str
    description: str
    criteria: _Criteria
    achievement_type: str
    type: tuple[str, ...] = ("Achievement",)


class _Subject(msgspec.Struct, frozen=True):
    id: str
    achievement: _Achievement
    type: tuple[str, ...] = ("AchievementSubject",)


class _Issuer(msgspec.Struct, frozen=True):
    id: str
    name: str
    type: tuple[str, ...] = ("Profile",)


class _Body(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    issuer: _Issuer
    name: str
    valid_from: str
    valid_until: str
    credential_subject: _Subject
    credential_status: tuple[StatusEntry, ...]
    iss: str
    sub: str
    jti: str
    nbf: int
    exp: int
    type: tuple[str, ...] = ("VerifiableCredential", BADGE_TYPE)
    context: tuple[str, ...] = msgspec.field(
        default=(*CONTEXT, BADGE_CONTEXT), name="@context"
    )


def sign(credential: Credential, key: IssuerKey) -> str:
    """The credential as its holder carries it."""
    return jose.sign(msgspec.json.encode(_body(credential)), key, MEDIA_TYPE)


def verify(
    token: str,
    key_of: jose.KeyOf,
    lists: Iterable[PublishedList],
    now_s: int,
) -> Credential:
    """A credential that its issuer signed and that holds now.

    `lists` are the status lists at hand, verified by `status_list.verify_list`.

    Raises:
        CredentialError: it does not hold, or nobody can say so; see `errors`.
    """
    credential = _signed(token, key_of)
    if now_s < credential.valid_from_s:
        raise NotYetValid("this credential holds later")
    if now_s >= credential.valid_until_s:
        raise Expired("this credential has expired")
    at_hand = {(each.url, each.purpose): each for each in lists}
    for entry in credential.statuses:
        _check_status(entry, credential.issuer, at_hand)
    return credential


def lists_of(token: str, key_of: jose.KeyOf) -> tuple[str, ...]:
    """Where its issuer says whether it holds: the status lists to fetch first.

    Raises:
        CredentialError: it is none, or its issuer did not sign it.
    """
    statuses = _signed(token, key_of).statuses
    return tuple(dict.fromkeys(each.status_list_credential for each in statuses))


def _signed(token: str, key_of: jose.KeyOf) -> Credential:
    if len(token) > MAX_TOKEN_CHARS:
        raise MalformedCredential("longer than any credential")
    payload, kid = jose.verify(token, key_of, MEDIA_TYPE)
    credential = _credential(payload)
    if kid.partition("#")[0] != credential.issuer:
        raise MalformedCredential("signed in the name of somebody else")
    return credential


def _check_status(
    entry: StatusEntry,
    issuer: str,
    at_hand: Mapping[tuple[str, Purpose], PublishedList],
) -> None:
    try:
        purpose = Purpose(entry.status_purpose)
        found = at_hand[entry.status_list_credential, purpose]
        is_set = found.status[entry.index]
    except (ValueError, KeyError, MalformedList):
        raise StatusUnknown("no list says whether it holds") from None
    if found.issuer != issuer or entry.status_size != 1:
        raise StatusUnknown("the list is not the issuer's, or of another kind")
    if is_set and purpose is Purpose.REVOCATION:
        raise Revoked("this credential was revoked")
    if is_set:
        raise Suspended("this credential is suspended")


def _body(credential: Credential) -> _Body:
    attested = credential.attested
    return _Body(
        id=credential.id,
        issuer=_Issuer(credential.issuer, credential.issuer_name),
        name=attested.name,
        valid_from=instant(credential.valid_from_s),
        valid_until=instant(credential.valid_until_s),
        credential_subject=_Subject(
            credential.subject,
            _Achievement(
                id=CODE_PREFIX + attested.code,
                name=attested.name,
                description=attested.criteria,
                criteria=_Criteria(attested.criteria),
                achievement_type=attested.kind.value,
            ),
        ),
        credential_status=credential.statuses,
        iss=credential.issuer,
        sub=credential.subject,
        jti=credential.id,
        nbf=credential.valid_from_s,
        exp=credential.valid_until_s,
    )


def _credential(payload: bytes) -> Credential:
    try:
        body = msgspec.json.decode(payload, type=_Body)
        achievement = body.credential_subject.achievement
        credential = Credential(
            id=body.id,
            issuer=body.issuer.id,
            issuer_name=body.issuer.name,
            subject=body.credential_subject.id,
            attested=Attested(
                achievement.id.removeprefix(CODE_PREFIX),
                achievement.name,
                achievement.criteria.narrative,
                AchievementType(achievement.achievement_type),
            ),
            valid_from_s=seconds(body.valid_from),
            valid_until_s=seconds(body.valid_until),
            statuses=body.credential_status,
        )
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise MalformedCredential("not a credential of this kind") from None
    # What is said twice is said alike: readers differ in which of the two they read.
    if msgspec.json.encode(_body(credential)) != msgspec.json.encode(body):
        raise MalformedCredential("it says two things about itself")
    return credential
