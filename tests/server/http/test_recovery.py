"""Backups, pairing and reports over real HTTP: who may, what is refused, bounds."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec

from mentalverse_crypto.public import CipherSuite
from mentalverse_server.app import running_server
from mentalverse_server.config import Config
from mentalverse_server.safety import SafetyKey, write_safety_key
from mentalverse_server.services.pairing import PairingLimits
from mentalverse_server.store import accounts, conversations
from mentalverse_server.store.messages import RowKind, append_in_script
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.account_api import (
    Challenge,
    ChallengeRequest,
    InviteRedeemed,
    ServerInfo,
    SignedIn,
)
from mentalverse_signaling.conversation import ConversationKind, Seat
from mentalverse_signaling.ids import ConversationId, GroupId, ReportId, new_id
from mentalverse_signaling.recovery_api import (
    BACKUP_COUNTER,
    BACKUP_LOOKUP,
    MAX_BACKUP_BYTES,
    MAX_SEALED_BYTES,
    MAX_SLOT_BYTES,
    BackupStatus,
    RecoveryFetch,
    ReportReceived,
    ReportSend,
)
from support.account_api import Api
from support.clock import ManualClock
from support.deterministic import seeded_rng
from support.devices import DeviceKeys, new_device
from support.hub import eventually

OCTETS = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}
SECRET = b"s" * 32
LOOKUP = hashlib.sha256(SECRET).hexdigest()
RNG = seeded_rng(9)


@dataclass(frozen=True)
class Caller:
    """Whoever calls, with a sign-in or without."""

    api: Api
    device: DeviceKeys
    token: str = ""

    async def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self.token}"} | (headers or OCTETS)
        url = f"{self.api.server.url}/api/v1{path}"
        async with self.api.http.request(
            method, url, data=body, headers=headers
        ) as response:
            return response.status, await response.read()

    async def backup(
        self, envelope: bytes, counter: object = 1, lookup: str = LOOKUP
    ) -> tuple[int, bytes]:
        headers = {BACKUP_COUNTER: str(counter), BACKUP_LOOKUP: lookup}
        return await self.call("PUT", "/backup", envelope, OCTETS | headers)

    async def report(self, **fields: Any) -> tuple[int, bytes]:
        body = msgspec.json.encode(ReportSend(**fields))
        return await self.call("POST", "/reports", body, JSON)

    async def revoke(self) -> None:
        def script(transaction: Transaction) -> None:
            accounts.revoke_device(
                transaction.connection, self.device.device, transaction.now
            )

        await self.api.server.writer.run(script, lane=WriterLane.OTHER)


async def signed_in(api: Api, handle: str = "ada") -> Caller:
    device = new_device()
    request = device.redeem(api.invite(), handle, api.clock.now())
    await api.call("/invites/redeem", request, InviteRedeemed)
    _, info = await api.get("/api/v1/server")
    ask = ChallengeRequest(device.device)
    challenge = await api.call("/sign-in/challenge", ask, Challenge)
    answer = device.answer(info["server"], challenge)
    return Caller(api, device, (await api.call("/sign-in", answer, SignedIn)).token)


def code(answer: tuple[int, bytes]) -> str:
    """The error code of an answer."""
    return str(msgspec.json.decode(answer[1])["error"]["code"])


# --- backups ------------------------------------------------------------------


async def test_an_envelope_comes_back_to_who_has_the_words(api: Api) -> None:
    ada, nobody = await signed_in(api), Caller(api, new_device())
    envelope = b"\x00" * MAX_BACKUP_BYTES
    status, body = await ada.backup(envelope, counter=5)
    stored = msgspec.json.decode(body, type=BackupStatus)
    assert (status, stored.counter, stored.size) == (200, 5, MAX_BACKUP_BYTES)
    assert await ada.call("GET", "/backup/status") == (200, body)
    ask = msgspec.json.encode(RecoveryFetch(SECRET))
    assert await nobody.call("POST", "/recovery/fetch", ask, JSON) == (200, envelope)
    assert (await ada.call("DELETE", "/backup"))[0] == 200
    gone = await nobody.call("POST", "/recovery/fetch", ask, JSON)
    assert (gone[0], code(gone)) == (404, "not_found")
    assert code(await ada.call("GET", "/backup/status")) == "not_found"


async def test_a_backup_is_its_accounts_own(api: Api) -> None:
    ada, ben = await signed_in(api), await signed_in(api, "ben")
    await ada.backup(b"envelope")
    assert code(await ben.call("GET", "/backup/status")) == "not_found"
    await ben.call("DELETE", "/backup")
    assert (await ada.call("GET", "/backup/status"))[0] == 200
    await ada.revoke()
    for who in (ada, Caller(api, ada.device)):
        refused = [
            await who.backup(b"envelope", 2),
            await who.call("GET", "/backup/status"),
            await who.call("DELETE", "/backup"),
        ]
        assert [(s, code((s, b))) for s, b in refused] == [(401, "unauthorised")] * 3


async def test_a_backup_out_of_its_form_is_refused(api: Api) -> None:
    ada = await signed_in(api)
    await ada.backup(b"envelope", 2)
    answers = {
        "zero": await ada.backup(b"x", 0),
        "a sign": await ada.backup(b"x", "+3"),
        "beyond every integer": await ada.backup(b"x", 9_999_999_999_999_999),
        "no number": await ada.backup(b"x", ""),
        "half a hash": await ada.backup(b"x", 3, LOOKUP[:32]),
        "upper case": await ada.backup(b"x", 3, LOOKUP.upper()),
        "nothing": await ada.backup(b"", 3),
        "JSON": await ada.call("PUT", "/backup", b"{}", JSON),
    }
    assert {what: code(answer) for what, answer in answers.items()} == dict.fromkeys(
        answers, "bad_request"
    )
    assert code(await ada.backup(b"x", 2)) == "conflict"
    assert code(await ada.backup(bytes(MAX_BACKUP_BYTES + 1), 3)) == "too_large"


# --- pairing ------------------------------------------------------------------


async def test_two_devices_meet_in_a_mailbox_without_a_sign_in(api: Api) -> None:
    old, new = Caller(api, new_device()), Caller(api, new_device())
    mailbox = f"/pairing/{new_id(RNG)}"
    waiting = asyncio.create_task(new.call("GET", f"{mailbox}/1"))
    grant = b"\x01" * MAX_SLOT_BYTES
    for _ in range(2):
        assert (await old.call("PUT", f"{mailbox}/1", grant))[0] == 200
    assert await waiting == (200, grant)
    assert code(await old.call("PUT", f"{mailbox}/1", b"other")) == "conflict"


async def test_a_slot_out_of_its_form_is_refused(api: Api) -> None:
    who, mailbox = Caller(api, new_device()), new_id(RNG)
    for path in (f"{mailbox}/8", f"{mailbox}/-1", f"{mailbox}/a", f"{'A' * 32}/0"):
        for method in ("PUT", "GET"):
            answer = await who.call(method, f"/pairing/{path}", b"x")
            assert code(answer) == "bad_request", (method, path)
    path = f"/pairing/{mailbox}/0"
    assert code(await who.call("PUT", path, b"")) == "bad_request"
    assert code(await who.call("PUT", path, bytes(MAX_SLOT_BYTES + 1))) == "too_large"


async def test_who_has_no_sign_in_is_limited_by_address(api: Api) -> None:
    who, ask = Caller(api, new_device()), msgspec.json.encode(RecoveryFetch(SECRET))
    attempts = int(api.server.config.accounts.attempts_per_minute)
    answers = [
        code(await who.call("POST", "/recovery/fetch", ask, JSON))
        for _ in range(attempts + 1)
    ]
    assert answers == ["not_found"] * attempts + ["rate_limited"]
    refused = await who.call("PUT", f"/pairing/{new_id(RNG)}/0", b"x")
    assert (refused[0], code(refused)) == (429, "rate_limited")


async def test_who_waits_for_a_slot_does_not_hold_up_the_end(config: Config) -> None:
    """They are answered then: by itself their wait would take an hour."""
    async with aiohttp.ClientSession() as http:
        async with running_server(config) as server:
            server.pairing._limits = PairingLimits(wait_seconds=3_600)
            who = Caller(Api(server, ManualClock(), http), new_device())
            waiting = asyncio.create_task(who.call("GET", f"/pairing/{new_id(RNG)}/0"))
            await eventually(lambda: server.pairing.waiting == 1)
        assert await waiting == (204, b"")


# --- reports ------------------------------------------------------------------


async def test_a_report_is_taken_only_where_there_is_a_safety_team(
    api: Api, config: Config
) -> None:
    ada = await signed_in(api)
    fields = {"conversation": new_id(RNG), "seqs": (1,), "sealed": b"sealed"}
    refused = await ada.report(report=new_id(RNG), **fields)
    assert (refused[0], code(refused)) == (403, "forbidden")
    _, info = await api.get("/api/v1/server")
    assert (info["safety_pub"], info["safety_suite"]) == ("", 0)


async def test_a_report_of_the_largest_size_is_stored_once(
    config: Config, clock: ManualClock
) -> None:
    config.server.data_dir.mkdir(mode=0o700)
    write_safety_key(config.server.data_dir, SafetyKey(CipherSuite(1), b"k" * 32))
    async with running_server(config, clock) as server, aiohttp.ClientSession() as http:
        api = Api(server, clock, http)
        _, info = await api.get("/api/v1/server")
        shown = msgspec.convert(info, ServerInfo, strict=False)
        assert (shown.safety_suite, shown.safety_pub) == (1, b"k" * 32)
        ada, stranger = await signed_in(api), await signed_in(api, "eve")
        talk = ConversationId(new_id(RNG))

        def open_talk(transaction: Transaction) -> None:
            conversations.create_conversation(
                transaction.connection,
                talk,
                GroupId(new_id(RNG)),
                ConversationKind.DIRECT,
                (ada.device.account, ada.device.device),
                Seat.PARTICIPANT,
                now=transaction.now,
            )
            append_in_script(transaction, talk, RowKind.APPLICATION, b"ciphertext")

        await server.writer.run(open_talk, lane=WriterLane.OTHER)
        fields = {
            "report": ReportId(new_id(RNG)),
            "conversation": talk,
            "seqs": (1,),
            "sealed": bytes(MAX_SEALED_BYTES),
        }
        first = await ada.report(**fields)
        received = msgspec.json.decode(first[1], type=ReportReceived)
        assert (first[0], received.report) == (200, fields["report"])
        clock.advance(60)
        assert await ada.report(**fields) == first
        assert code(await stranger.report(**fields)) == "conflict"
        other = fields | {"report": new_id(RNG)}
        assert code(await stranger.report(**other)) == "not_found"
        large = other | {"sealed": bytes(MAX_SEALED_BYTES + 1)}
        assert code(await ada.report(**large)) == "bad_request"
        huge = other | {"sealed": bytes(MAX_SEALED_BYTES * 2)}
        assert code(await ada.report(**huge)) == "too_large"
        await ada.revoke()
        assert code(await ada.report(**fields)) == "unauthorised"
