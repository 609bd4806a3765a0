"""Credentials of this account, and those of others to decide: `client.credentials`.

    draft = await client.credentials.begin("peer_mentor")
    await client.credentials.submit(draft.application)
    # … and once two people have approved it:
    signed = await client.credentials.issue(draft.application)

What is issued is held by a key of this device, in its vault: whoever shows the
credential can prove that it is theirs (`live_proofs`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mentalverse_modules.credentials import vc
from mentalverse_modules.credentials.keys import did_key
from mentalverse_signaling.credential_events import (
    ApplicationBegin,
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
    CredentialSuspend,
    Offer,
    Offers,
    SignedCredential,
    StatusReason,
)
from mentalverse_signaling.credential_events import Credentials as Held
from mentalverse_signaling.events import Empty
from mentalverse_signaling.ids import ClientId
from mentalverse_signaling.review_events import (
    ReviewCase,
    ReviewHeld,
    ReviewNote,
    ReviewOpen,
    ReviewQueue,
    Reviews,
    ReviewSendBack,
    ReviewSign,
)

from . import credential_check
from .account.credential_holder import holder_of
from .documents import Documents, blobs_of
from .engine import Engine
from .finding import find
from .live_proofs import LiveProofs
from .training import TrainingRecords


class Credentials:
    """What `client.credentials` offers. What something is stands as the code of a
    requirement pack, such as `peer_mentor`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._device = engine.device
        self._call = engine.call

    @property
    def proofs(self) -> LiveProofs:
        """To ask for a credential in a conversation, and to show one there."""
        return LiveProofs(self._engine)

    @property
    def documents(self) -> Documents:
        """To hand documents in with an application, and to read those of others."""
        return Documents(self._engine)

    @property
    def training(self) -> TrainingRecords:
        """To record what others have learned, and that they were supervised."""
        return TrainingRecords(self._engine)

    async def offers(self) -> tuple[Offer, ...]:
        """What can be applied for.

        Raises:
            NotConnected, SignalingError; so do all that ask the server.
        """
        return (
            await self._call("credential.offers", CredentialOffers(), Offers)
        ).offers

    async def list(self) -> Held:
        """One's own credentials, the newest first, and one's training."""
        return await self._call("credential.list", CredentialList(), Held)

    # --- to apply ---

    async def applications(self) -> tuple[ApplicationView, ...]:
        """One's own, the newest first."""
        found = await self._call("application.list", ApplicationList(), Applications)
        return found.applications

    async def begin(self, type_: str) -> ApplicationView:
        """Begin to apply; who has one that is not decided has that one.

        Raises:
            NotFound: no such credential.
        """
        request = ApplicationBegin(type_)
        return await self._call("application.begin", request, ApplicationView)

    async def state(
        self, application: str, need: str, since: date | None
    ) -> ApplicationView:
        """State that a point holds since a day; None takes the statement back.

        Raises:
            BadRequest: no such point, or it has not been so for long enough.
            NotNow: it is no draft.
        """
        day = None if since is None else since.isoformat()
        request = ApplicationState(ClientId(application), need, day)
        return await self._call("application.state", request, ApplicationView)

    async def submit(self, application: str) -> ApplicationView:
        """Ask for a decision. Raises `NotNow`: it is no draft."""
        request = ApplicationSubmit(ClientId(application))
        return await self._call("application.submit", request, ApplicationView)

    async def withdraw(self, application: str) -> ApplicationView:
        """Ask no more; its documents are deleted. Raises `NotNow`: it is decided."""
        blobs = await blobs_of(self._engine, application)
        request = ApplicationWithdraw(ClientId(application))
        view = await self._call("application.withdraw", request, ApplicationView)
        for blob in blobs:
            self._engine.files.forget(blob)
        return view

    async def issue(self, application: str) -> SignedCredential:
        """Carry away what was approved; repeated, it is the same credential.

        Raises:
            NotNow: two people have to approve it first.
        """
        request = CredentialIssue(
            ClientId(application), did_key(holder_of(self._device).shown)
        )
        return await self._call("credential.issue", request, SignedCredential)

    def verify(
        self,
        jwt: str,
        *,
        issuer: str | None = None,
        document: bytes | None = None,
        lists: Iterable[str] = (),
    ) -> vc.Credential:
        """A credential that somebody shows; see `credential_check.verify`."""
        now_s = self._device.now_ms() // 1000
        return credential_check.verify(
            jwt, now_s, issuer=issuer, document=document, lists=lists
        )

    # --- to review ---

    async def queue(self) -> Reviews:
        """What waits for a decision. Raises `RoleRequired`."""
        return await self._call("review.queue", ReviewQueue(), Reviews)

    async def case(self, application: str) -> ReviewCase:
        """One of them. Raises `RoleRequired`, `Forbidden` (one's own)."""
        request = ReviewOpen(ClientId(application))
        return await self._call("review.open", request, ReviewCase)

    async def note(self, noted: ReviewNote) -> ReviewCase:
        """Note what was found out. Raises as `case`, and `NotNow`."""
        return await self._call("review.note", noted, ReviewCase)

    async def sign(
        self, application: str, *, approve: bool, reason: str = ""
    ) -> ReviewCase:
        """Sign yes, or no with a reason that is told to whoever applies.

        Raises:
            PasskeyRequired: this has to be done where the passkey is.
            BadRequest: a point is not met, or a no without a reason.
            Conflict: signed already.
            RoleRequired, Forbidden, NotNow.
        """
        request = ReviewSign(ClientId(application), approve, reason)
        return await self._call("review.sign", request, ReviewCase)

    async def send_back(self, application: str, reason: str) -> None:
        """Make it a draft again, to be changed. Raises as `case`, and `NotNow`."""
        request = ReviewSendBack(ClientId(application), reason)
        await self._call("review.send_back", request, Empty)

    # --- what others hold ---

    async def held(self, handle: str) -> Held:
        """Somebody's credentials, the newest first, and their training.

        Raises:
            RoleRequired: for coordinators and supervisors.
            NotFound: nobody has this handle.
            PeerChanged, NotProven.
        """
        request = ReviewHeld(await find(self._engine, handle))
        return await self._call("review.held", request, Held)

    async def suspend(self, credential: str, reason: StatusReason) -> None:
        """Take a credential back until further notice; suspended already, it stays so.

        It lets nothing begin from then on, and the published lists say so within a
        minute. What runs goes on. The reason is told to whoever holds it.

        Raises:
            PasskeyRequired: this has to be done where the passkey is.
            NotFound: no such credential.
            Forbidden: one's own.
            NotNow: it is revoked.
            RoleRequired: for coordinators and supervisors.
        """
        request = CredentialSuspend(ClientId(credential), reason)
        await self._call("credential.suspend", request, Empty)

    async def reinstate(self, credential: str, reason: StatusReason) -> None:
        """Undo a suspension; in force already, it stays so. Raises as `suspend`."""
        request = CredentialReinstate(ClientId(credential), reason)
        await self._call("credential.reinstate", request, Empty)

    async def revoke(self, credential: str, reason: StatusReason) -> None:
        """Take a credential back for good: whoever held it has to apply anew.

        It counts as for `suspend`, which also says what is raised.
        """
        request = CredentialRevoke(ClientId(credential), reason)
        await self._call("credential.revoke", request, Empty)
