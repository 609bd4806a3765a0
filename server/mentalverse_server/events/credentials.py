"""Applications and credentials of one's own, and what is recorded of others:
`application.*`, `credential.*`, `training.*`."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.credential_events import (
    ApplicationAttach,
    ApplicationBegin,
    ApplicationDetach,
    ApplicationList,
    Applications,
    ApplicationState,
    ApplicationSubmit,
    ApplicationView,
    ApplicationWithdraw,
    CredentialIssue,
    CredentialList,
    CredentialOffers,
    CredentialReinstate,
    CredentialRevoke,
    Credentials,
    CredentialSuspend,
    Offers,
    SignedCredential,
    TrainingPass,
    TrainingRecord,
    TrainingSignOff,
    TrainingSupervise,
    TrainingView,
)
from mentalverse_signaling.events import Empty

from ..hooks.catalogue.people import CaseCountBucket, CredentialReason
from ..router import Handler
from ..services.credential_evidence import Given
from ..services.credential_parts import CredentialParts
from ..services.training import Minutes
from ..transport.connections import Connection
from .proving import proof_of


def handlers(parts: CredentialParts) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""
    return {**_applying(parts), **_held(parts), **_training(parts)}


def _applying(parts: CredentialParts) -> Mapping[str, Handler]:
    applying, evidence, reading = parts.applying, parts.evidence, parts.reading

    async def list_(c: Connection, payload: ApplicationList) -> Applications:
        return await reading.applications(c.account)

    async def begin(c: Connection, payload: ApplicationBegin) -> ApplicationView:
        id_ = await applying.begin(c.account, payload.type)
        return await reading.application(c.account, id_)

    async def state(c: Connection, payload: ApplicationState) -> ApplicationView:
        id_ = payload.application
        await evidence.state(c.account, id_, payload.need, payload.since)
        return await reading.application(c.account, id_)

    async def attach(c: Connection, payload: ApplicationAttach) -> ApplicationView:
        id_ = payload.application
        given = Given(blob=payload.blob, size=payload.size, header=payload.header)
        await evidence.attach(c.account, id_, payload.need, given)
        return await reading.application(c.account, id_)

    async def detach(c: Connection, payload: ApplicationDetach) -> ApplicationView:
        id_ = payload.application
        await evidence.detach(c.account, id_, payload.document)
        return await reading.application(c.account, id_)

    async def submit(c: Connection, payload: ApplicationSubmit) -> ApplicationView:
        await applying.submit(c.account, payload.application)
        return await reading.application(c.account, payload.application)

    async def withdraw(c: Connection, payload: ApplicationWithdraw) -> ApplicationView:
        await applying.withdraw(c.account, payload.application)
        return await reading.application(c.account, payload.application)

    return {
        "application.list": list_,
        "application.begin": begin,
        "application.state": state,
        "application.attach": attach,
        "application.detach": detach,
        "application.submit": submit,
        "application.withdraw": withdraw,
    }


def _held(parts: CredentialParts) -> Mapping[str, Handler]:
    applying, statuses, reading = parts.applying, parts.statuses, parts.reading

    async def offers(c: Connection, payload: CredentialOffers) -> Offers:
        return reading.offers()

    async def list_(c: Connection, payload: CredentialList) -> Credentials:
        return await reading.held(c.account)

    async def issue(c: Connection, payload: CredentialIssue) -> SignedCredential:
        row = await applying.issue(c.account, payload.application, payload.holder)
        return await reading.signed(row)

    async def suspend(c: Connection, payload: CredentialSuspend) -> Empty:
        reason = CredentialReason(payload.reason.value)
        proof = proof_of(c.principal)
        await statuses.suspend(c.account, payload.credential, reason, proof)
        return Empty()

    async def reinstate(c: Connection, payload: CredentialReinstate) -> Empty:
        reason = CredentialReason(payload.reason.value)
        proof = proof_of(c.principal)
        await statuses.reinstate(c.account, payload.credential, reason, proof)
        return Empty()

    async def revoke(c: Connection, payload: CredentialRevoke) -> Empty:
        reason = CredentialReason(payload.reason.value)
        proof = proof_of(c.principal)
        await statuses.revoke(c.account, payload.credential, reason, proof)
        return Empty()

    return {
        "credential.offers": offers,
        "credential.list": list_,
        "credential.issue": issue,
        "credential.suspend": suspend,
        "credential.reinstate": reinstate,
        "credential.revoke": revoke,
    }


def _training(parts: CredentialParts) -> Mapping[str, Handler]:
    training, reading = parts.training, parts.reading

    async def record(c: Connection, payload: TrainingRecord) -> TrainingView:
        fresh = Minutes(payload.source, payload.module, payload.minutes)
        await training.minutes(payload.account, fresh, by=c.account)
        return await reading.training(payload.account)

    async def pass_(c: Connection, payload: TrainingPass) -> TrainingView:
        await training.passed(c.account, payload.account, payload.module)
        return await reading.training(payload.account)

    async def sign_off(c: Connection, payload: TrainingSignOff) -> TrainingView:
        await training.signed_off(c.account, payload.account, payload.level)
        return await reading.training(payload.account)

    async def supervise(c: Connection, payload: TrainingSupervise) -> TrainingView:
        cases = CaseCountBucket(payload.cases.value)
        await training.supervised(c.account, payload.account, payload.minutes, cases)
        return await reading.training(payload.account)

    return {
        "training.record": record,
        "training.pass": pass_,
        "training.sign_off": sign_off,
        "training.supervise": supervise,
    }
