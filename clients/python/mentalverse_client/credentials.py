"""Credentials of this account, and applications of others: `client.credentials`.

    draft = await client.credentials.begin("peer_mentor")
    await client.credentials.submit(draft.application)
    # … and once two people have approved it:
    signed = await client.credentials.issue(draft.application)

What is issued is held by a key of this device, in its vault: whoever shows the
credential can prove that it is theirs (`mentalverse_modules.credentials.proof`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mentalverse_crypto.ciphersuite import generate_signature_key_pair
from mentalverse_modules.credentials import vc
from mentalverse_modules.credentials.keys import Curve, PublicKey, did_key
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
    Offer,
    Offers,
    SignedCredential,
)
from mentalverse_signaling.credential_events import Credentials as Held
from mentalverse_signaling.events import Empty
from mentalverse_signaling.ids import ClientId
from mentalverse_signaling.review_events import (
    ReviewCase,
    ReviewNote,
    ReviewOpen,
    ReviewQueue,
    Reviews,
    ReviewSendBack,
    ReviewSign,
)

from . import credential_check
from .account.device import Device
from .blocks import Call
from .store.records import Record, load, save

_SPACE = "credential_holder"


class _Holder(Record, frozen=True):
    """The key that this device's credentials are issued to."""

    private: bytes
    public: bytes

    def __repr__(self) -> str:
        return "_Holder()"


class Credentials:
    """What `client.credentials` offers. What something is stands as the code of a
    requirement pack, such as `peer_mentor`."""

    def __init__(self, device: Device, call: Call) -> None:
        self._device = device
        self._call = call

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
        """Ask no more. Raises `NotNow`: it is decided."""
        request = ApplicationWithdraw(ClientId(application))
        return await self._call("application.withdraw", request, ApplicationView)

    async def issue(self, application: str) -> SignedCredential:
        """Carry away what was approved; repeated, it is the same credential.

        Raises:
            NotNow: two people have to approve it first.
        """
        request = CredentialIssue(ClientId(application), did_key(self._holder()))
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

    def _holder(self) -> PublicKey:
        vault = self._device.profile.vault
        known = load(vault, _Holder, _SPACE)
        if known is None:
            pair = generate_signature_key_pair(self._device.rng)
            known = _Holder(private=pair.private, public=pair.public)
            with vault.transaction() as write:
                save(write, _SPACE, known)
        return PublicKey(Curve.ED25519, known.public)
