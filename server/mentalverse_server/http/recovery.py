"""Backups, pairing and reports (`mentalverse_signaling.recovery_api`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aiohttp import web

from mentalverse_signaling.envelope import MAX_SAFE_INTEGER
from mentalverse_signaling.errors import BadRequest
from mentalverse_signaling.events import Empty
from mentalverse_signaling.ids import MailboxId, parse_id
from mentalverse_signaling.recovery_api import (
    BACKUP_COUNTER,
    BACKUP_LOOKUP,
    MAX_BACKUP_BYTES,
    MAX_SEALED_BYTES,
    MAX_SLOT_BYTES,
    SLOTS,
    RecoveryFetch,
    ReportSend,
)

from ..services.backups import Backups
from ..services.identity import Identity
from ..services.pairing import Pairing
from ..services.reports import Reports
from ..store.backups import StoredBackup
from ..throttle import Throttle
from ..transport.admission import network_of
from ..transport.connections import Principal
from .api import BASE
from .callers import caller_of
from .security import (
    Network,
    client_address,
    json_response,
    octets_response,
    read_body,
    read_octets,
)

MAX_REPORT_BODY_BYTES = MAX_SEALED_BYTES * 4 // 3 + 4 * 1024
"""Base64 and the other fields around what is sealed."""
_COUNTER = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SLOT = re.compile(r"[0-9]", re.ASCII)


class RecoveryApi:
    """Handlers: who asks, bounds, then one call of a service."""

    def __init__(
        self,
        *,
        backups: Backups,
        pairing: Pairing,
        reports: Reports,
        identity: Identity,
        attempts: Throttle[str],
        trusted_proxies: Sequence[Network],
    ) -> None:
        """`attempts` counts by address, and by account where there is one."""
        self._backups = backups
        self._pairing = pairing
        self._reports = reports
        self._identity = identity
        self._attempts = attempts
        self._trusted = trusted_proxies

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of this API."""
        slot = f"{BASE}/pairing/{{mailbox}}/{{slot}}"
        return [
            web.put(f"{BASE}/backup", self._put_backup),
            web.get(f"{BASE}/backup/status", self._backup_status),
            web.delete(f"{BASE}/backup", self._delete_backup),
            web.post(f"{BASE}/recovery/fetch", self._fetch_backup),
            web.put(slot, self._put_slot),
            web.get(slot, self._get_slot),
            web.post(f"{BASE}/reports", self._report),
        ]

    async def _put_backup(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        counter = int(_header(request, BACKUP_COUNTER, _COUNTER))
        if counter > MAX_SAFE_INTEGER:
            raise BadRequest(f"{BACKUP_COUNTER} is too large")
        lookup_hash = bytes.fromhex(_header(request, BACKUP_LOOKUP, _HASH))
        envelope = await read_octets(request, MAX_BACKUP_BYTES)
        backup = StoredBackup(counter, lookup_hash, envelope)
        caller = principal.account, principal.device
        return json_response(await self._backups.put(caller, backup))

    async def _backup_status(self, request: web.Request) -> web.Response:
        account = (await self._caller(request)).account
        return json_response(await self._backups.status(account))

    async def _delete_backup(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        await self._backups.delete((principal.account, principal.device))
        return json_response(Empty())

    async def _fetch_backup(self, request: web.Request) -> web.Response:
        self._count_address(request)
        body = await read_body(request, RecoveryFetch)
        return octets_response(await self._backups.fetch(body.lookup))

    async def _put_slot(self, request: web.Request) -> web.Response:
        self._count_address(request)
        mailbox, slot = _slot(request)
        payload = await read_octets(request, MAX_SLOT_BYTES)
        await self._pairing.put(mailbox, slot, payload)
        return json_response(Empty())

    async def _get_slot(self, request: web.Request) -> web.Response:
        self._count_address(request)
        mailbox, slot = _slot(request)
        payload = await self._pairing.get(mailbox, slot)
        return web.Response(status=204) if payload is None else octets_response(payload)

    async def _report(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        body = await read_body(request, ReportSend, MAX_REPORT_BODY_BYTES)
        return json_response(await self._reports.send(principal, body))

    async def _caller(self, request: web.Request) -> Principal:
        principal = await caller_of(request, self._identity)
        self._attempts.check(principal.account)
        return principal

    def _count_address(self, request: web.Request) -> None:
        self._attempts.check(network_of(client_address(request, self._trusted)))


def _header(request: web.Request, name: str, form: re.Pattern[str]) -> str:
    value = request.headers.get(name, "")
    if form.fullmatch(value) is None:
        raise BadRequest(f"{name} is missing or not in its form")
    return value


def _slot(request: web.Request) -> tuple[MailboxId, int]:
    mailbox = MailboxId(parse_id(request.match_info["mailbox"]))
    text = request.match_info["slot"]
    if _SLOT.fullmatch(text) is None or int(text) >= SLOTS:
        raise BadRequest("no such slot")
    return mailbox, int(text)
