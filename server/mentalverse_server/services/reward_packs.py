"""Packs of rules: those that an installation begins with, and how others follow.

    proposed by an operator --the same octets by another operator--> signed, active
    proposed --another document--> that one waits instead

An installation begins with the packs that ship, from the moment of its first start,
signed with its policy key. From then on nobody changes alone what everybody is paid:
two operators, each with a fresh passkey, and a time in the future. Revisions of a pack
only go up, and none is ever removed: a fact is judged by the one of its own time.
"""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from mentalverse_signaling.errors import BadRequest, Conflict, NotNow, RoleRequired
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.reward_events import Packs, PackView
from mentalverse_signaling.roles import Role

from ..clock import to_millis
from ..hooks.defaults.reward_rules import (
    SHIPPED,
    MalformedPack,
    Pack,
    Signed,
    opened,
    pack_hash,
    read,
    shipped,
    signed,
    written,
)
from ..keyring import Keyring
from ..store import rewards as store
from ..store import roles
from ..store.engine import Connection, Database
from ..store.rewards import PackRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .credential_steps import Proof
from .reward_telling import tell_activated

_POLICY_KEY = b"reward policy v1"


class PolicyKey:
    """What signs packs and checkpoints; derived from the keyring, and stays."""

    def __init__(self, keyring: Keyring) -> None:
        self._seed = keyring.derived(_POLICY_KEY)
        key = Ed25519PrivateKey.from_private_bytes(self._seed)
        self.public = key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return "PolicyKey()"

    @property
    def seed(self) -> bytes:
        """The private half: 32 octets."""
        return self._seed


class RewardPacks:
    """Knows every pack that ever held, and takes new ones."""

    def __init__(self, database: Database, writer: Writer, key: PolicyKey) -> None:
        self._database = database
        self._writer = writer
        self.key = key
        self._read: dict[str, Pack] = {}

    async def begin(self) -> None:
        """Let the packs that ship hold, where there are none yet."""
        await self._writer.run(self._begin, lane=WriterLane.OTHER)

    def known(self, connection: Connection) -> tuple[Pack, ...]:
        """Every revision that holds, held or will.

        Raises:
            UntrustedPack: a row is not what the policy key has signed.
        """
        return tuple(
            self._pack(row) for row in store.packs(connection) if row.is_active
        )

    def papers(self, connection: Connection, hashed: str) -> tuple[Pack, Signed]:
        """A pack by its hash, and as it is handed on.

        Raises:
            LookupError: it was never active here.
        """
        for row in store.packs(connection):
            if row.hash == hashed and row.is_active:
                return self._pack(row), Signed(row.document, row.key, row.signature)
        raise LookupError(hashed)

    async def list(self, account: AccountId) -> Packs:
        """All of them. Raises `RoleRequired`."""

        def look(connection: Connection) -> Packs:
            require_operator(connection, account)
            return self._view(connection, account)

        return await self._database.read(look)

    async def activate(self, by: AccountId, document: str, proof: Proof) -> Packs:
        """Say that a pack is to hold from its own time on.

        Raises what `proof` raises, and `RoleRequired`, `BadRequest` (no pack),
        `NotNow` (its time is past), `Conflict` (its revision is not above the others').
        """
        pack = _pack_of(document)
        hashed = pack_hash(pack)

        def script(transaction: Transaction) -> Packs:
            connection = transaction.connection
            require_operator(connection, by)
            proof(transaction)
            rows = {row.hash: row for row in store.packs(connection)}
            before = rows.get(hashed)
            if before is None or not before.is_active:
                _require_next(pack, list(rows.values()), to_millis(transaction.now))
                self._say(transaction, pack, before, by)
            return self._view(connection, by)

        return await self._writer.run(script, lane=WriterLane.OTHER)

    def _say(
        self,
        transaction: Transaction,
        pack: Pack,
        waiting: PackRow | None,
        by: AccountId,
    ) -> None:
        at_ms = to_millis(transaction.now)
        if waiting is None or waiting.proposed_by in (None, by):
            row = _row(pack, None, at_ms, proposed_by=by)
        else:
            envelope = signed(pack, self.key.seed)
            row = _row(pack, envelope, at_ms, waiting.proposed_by, by)
            tell_activated(transaction, pack, at_ms)
        store.put_pack(transaction.connection, row)

    def _begin(self, transaction: Transaction) -> None:
        if any(row.is_active for row in store.packs(transaction.connection)):
            return
        at_ms = to_millis(transaction.now)
        begins = datetime.fromtimestamp(at_ms // 1000, UTC)
        for name in SHIPPED:
            pack = replace(shipped(name), effective_from=f"{begins:%Y-%m-%dT%H:%M:%SZ}")
            row = _row(pack, signed(pack, self.key.seed), at_ms)
            store.put_pack(transaction.connection, row)
            tell_activated(transaction, pack, at_ms)

    def _pack(self, row: PackRow) -> Pack:
        pack = self._read.get(row.hash)
        if pack is None:
            envelope = Signed(row.document, row.key, row.signature)
            pack = opened(envelope, self.key.public)
            self._read[row.hash] = pack
        return pack

    def _view(self, connection: Connection, account: AccountId) -> Packs:
        rows = store.packs(connection)
        views = tuple(
            PackView(
                name=row.name,
                rev=row.rev,
                hash=row.hash,
                effective_at=row.effective_ms,
                is_active=row.is_active,
                mine=account in (row.proposed_by, row.activated_by),
                document=None if row.is_active else row.document,
            )
            for row in rows
        )
        return Packs(views, self.key.public.hex())


def require_operator(connection: Connection, account: AccountId) -> None:
    """Raises `RoleRequired`: no operator."""
    if Role.OPERATOR not in roles.roles_of(connection, account):
        raise RoleRequired("this is for operators")


def _pack_of(document: str) -> Pack:
    try:
        return read(document.encode())
    except MalformedPack as error:
        raise BadRequest(f"{error.finding}: `mentalverse policy lint` says more") from (
            None
        )


def _require_next(pack: Pack, rows: list[PackRow], now_ms: int) -> None:
    if pack.effective_ms <= now_ms:
        raise NotNow("effective_from has to be in the future")
    of = [row for row in rows if row.name == pack.name and row.is_active]
    if any(row.rev >= pack.rev for row in of):
        raise Conflict("a revision is above those before it")


def _row(
    pack: Pack,
    envelope: Signed | None,
    at_ms: int,
    proposed_by: str | None = None,
    activated_by: str | None = None,
) -> PackRow:
    return PackRow(
        hash=pack_hash(pack),
        name=pack.name,
        rev=pack.rev,
        effective_ms=pack.effective_ms,
        document=written(pack).decode("ascii"),
        key="" if envelope is None else envelope.key,
        signature="" if envelope is None else envelope.signature,
        proposed_by=proposed_by,
        activated_by=activated_by,
        at_ms=at_ms,
    )
