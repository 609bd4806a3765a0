"""What is looked up about credentials: one's own, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Callable

from mentalverse_signaling.credential_events import (
    MAX_APPLICATIONS_SHOWN,
    Applications,
    ApplicationView,
    Credentials,
    Offer,
    Offers,
    SignedCredential,
    TrainingView,
)
from mentalverse_signaling.errors import Forbidden
from mentalverse_signaling.ids import AccountId, ClientId
from mentalverse_signaling.review_events import (
    MAX_WAITING_SHOWN,
    ReviewCase,
    ReviewMine,
    Reviews,
    Waiting,
)

from ..hooks.defaults import credentials as answers
from ..hooks.defaults.credential_rules import Act, Application, State
from ..store import accounts
from ..store import credentials as store
from ..store.credentials import CredentialRow
from ..store.engine import Connection, Database
from .credential_evidence import Evidence
from .credential_steps import decoded, load, require_reviewer, trained
from .credential_views import application_view, held_view, training_view
from .credentialing import missing_of

_SAID = {Act.APPROVE: ReviewMine.SIGNED, Act.REFUSE: ReviewMine.REFUSED}


class CredentialReading:
    """Answers what is asked; changes nothing."""

    def __init__(
        self, database: Database, evidence: Evidence, now_ms: Callable[[], int]
    ) -> None:
        self._database = database
        self._evidence = evidence
        self._now_ms = now_ms

    def offers(self) -> Offers:
        """What can be applied for."""
        return Offers(
            tuple(
                Offer(
                    each.code,
                    len(each.requirements) + len(each.needs) + bool(each.level),
                )
                for each in answers.TYPES.values()
            )
        )

    async def applications(self, account: AccountId) -> Applications:
        """Somebody's own, the newest first."""

        def read(connection: Connection) -> Applications:
            rows = store.applications_of(connection, account, MAX_APPLICATIONS_SHOWN)
            views = [self._view(connection, decoded(row)) for row in rows]
            return Applications(tuple(views))

        return await self._database.read(read)

    async def application(self, account: AccountId, id_: str) -> ApplicationView:
        """One of one's own. Raises `NotFound`, `Forbidden`."""

        def read(connection: Connection) -> ApplicationView:
            found = load(connection, id_, to_change=False)
            if found.applicant != account:
                raise Forbidden("somebody else's application")
            return self._view(connection, found)

        return await self._database.read(read)

    async def held(self, account: AccountId) -> Credentials:
        """Somebody's own credentials and training."""
        return await self._database.read(self._held, account)

    async def held_by(self, reviewer: AccountId, account: AccountId) -> Credentials:
        """Somebody's, for those who review. Raises `RoleRequired`."""

        def read(connection: Connection) -> Credentials:
            require_reviewer(connection, reviewer)
            return self._held(connection, account)

        return await self._database.read(read)

    async def signed(self, row: CredentialRow) -> SignedCredential:
        """A credential as its holder carries it away."""

        def read(connection: Connection) -> SignedCredential:
            rows = store.of_account(connection, row.account)
            return SignedCredential(held_view(row, rows, self._now_ms()), row.token)

        return await self._database.read(read)

    async def training(self, account: AccountId) -> TrainingView:
        """What somebody was trained in."""

        def read(connection: Connection) -> TrainingView:
            return training_view(trained(connection, account))

        return await self._database.read(read)

    async def queue(self, reviewer: AccountId) -> Reviews:
        """What waits for a decision. Raises `RoleRequired`."""

        def read(connection: Connection) -> Reviews:
            require_reviewer(connection, reviewer)
            rows = store.applications_in(connection, [State.SUBMITTED.value])
            found = [decoded(row) for row in rows]
            own = [each for each in found if _may_sign(each, reviewer)]
            waiting = tuple(_waiting(each) for each in own[:MAX_WAITING_SHOWN])
            return Reviews(waiting, for_others=len(found) - len(own))

        return await self._database.read(read)

    async def case(self, reviewer: AccountId, id_: str) -> ReviewCase:
        """An application for one who reviews it.

        Raises `RoleRequired`, `NotFound`, `Forbidden` (one's own, or a draft).
        """

        def read(connection: Connection) -> ReviewCase:
            require_reviewer(connection, reviewer)
            found = load(connection, id_, to_change=False)
            return self._case(connection, reviewer, found)

        return await self._database.read(read)

    def _case(
        self, connection: Connection, reviewer: AccountId, found: Application
    ) -> ReviewCase:
        if found.applicant == reviewer:
            raise Forbidden("nobody reviews their own application")
        if found.state is State.DRAFT:
            raise Forbidden("nobody has asked for a decision")
        account, now_ms = AccountId(found.applicant), self._now_ms()
        said = {each.by: _SAID[each.act] for each in found.signatures}
        others = [word for by, word in said.items() if by != reviewer]
        return ReviewCase(
            view=self._view(connection, found, is_reviewed=True),
            account=account,
            handle=accounts.handles(connection, [account]).get(account, "gone"),
            mine=said.get(reviewer, ReviewMine.OPEN),
            others=tuple(others) if reviewer in said else (),
            missing=missing_of(connection, found, now_ms),
        )

    def _view(
        self,
        connection: Connection,
        found: Application,
        *,
        is_reviewed: bool = False,
    ) -> ApplicationView:
        kept = self._evidence.of(connection, found.id)
        now_ms = self._now_ms()
        return application_view(
            connection, found, kept, now_ms, is_reviewed=is_reviewed
        )

    def _held(self, connection: Connection, account: AccountId) -> Credentials:
        rows, now_ms = store.of_account(connection, account), self._now_ms()
        held = tuple(held_view(row, rows, now_ms) for row in reversed(rows))
        return Credentials(held, training_view(trained(connection, account)))


def _may_sign(found: Application, reviewer: AccountId) -> bool:
    signed = {each.by for each in found.signatures}
    return reviewer != found.applicant and reviewer not in signed


def _waiting(found: Application) -> Waiting:
    yes = sum(each.act is Act.APPROVE for each in found.signatures)
    return Waiting(ClientId(found.id), found.credential, found.changed_ms, yes)
