"""A report from its sender to the safety team: sealed, opened, verified offline."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import aiohttp
import msgspec
import pytest
from load_tests.js_peer import JsPeer, octets

from mentalverse_cli import report_key
from mentalverse_cli.report_key import KeyFileError
from mentalverse_cli.report_view import CaseError, open_case
from mentalverse_crypto import content, declared, group
from mentalverse_crypto.franking import (
    Report,
    ReportedMessage,
    SealedReport,
    open_report,
    seal_report,
)
from mentalverse_crypto.leaf import basic_credential, lifetime_from
from mentalverse_crypto.log_entry import EntryKind
from mentalverse_crypto.proposals import Add
from mentalverse_crypto.public import CipherSuite, LogEntry
from mentalverse_server.app import Server, running_server
from mentalverse_server.case_file import CaseFile
from mentalverse_server.config import Config, load_config
from mentalverse_server.store import conversations, log
from mentalverse_server.store.engine import Connection
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
from mentalverse_signaling.conversation import (
    Change,
    ConversationKind,
    Seat,
    apply_change,
)
from mentalverse_signaling.ids import (
    ConversationId,
    GroupId,
    ReportId,
    id_bytes,
    new_id,
)
from mentalverse_signaling.recovery_api import ReportReceived, ReportSend
from support.account_api import Api
from support.clock import ManualClock
from support.deterministic import seeded_rng
from support.devices import DeviceKeys, new_device
from support.forked import run_command
from support.format_values import shown
from support.mls_group import NOW, SUITE, Client, commit

PASSPHRASE = "a passphrase of the team"


@dataclass(frozen=True)
class Desk:
    """The folder of a safety team beside a server's data."""

    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_command("report", *arguments, folder=self.folder)

    def ok(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fails(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode in (1, 2) and "Traceback" not in done.stderr
        return done.stderr

    def keygen(self, name: str = "team.key") -> str:
        (self.folder / "passphrase").write_text(PASSPHRASE)
        return self.ok("keygen", "--out", name, "--passphrase-file", "passphrase")


KEY = ("--key", "team.key", "--passphrase-file", "passphrase")
DATA = ("--data", "data")


@dataclass(frozen=True)
class Person:
    """A registered device with a sign-in and an MLS client of its own."""

    keys: DeviceKeys
    token: str
    client: Client


async def register(api: Api, handle: str) -> Person:
    keys, rng = new_device(), seeded_rng(sum(handle.encode()))
    request = keys.redeem(api.invite(), handle, api.clock.now())
    redeemed = await api.call("/invites/redeem", request, InviteRedeemed)
    _, info = await api.get("/api/v1/server")
    ask = ChallengeRequest(keys.device)
    challenge = await api.call("/sign-in/challenge", ask, Challenge)
    answer = keys.answer(info["server"], challenge)
    signed_in = await api.call("/sign-in", answer, SignedIn)
    credential = basic_credential(redeemed.credential)
    client = Client(handle, rng, SUITE, credential, keys.device_key, [])
    return Person(keys, signed_in.token, client)


def meet(group_id: GroupId, first: Client, second: Client) -> None:
    first.group_state = group.create(
        id_bytes(group_id),
        SUITE,
        first.signature_key,
        first.credential,
        lifetime_from(NOW),
        first.rng,
    )
    commit(first, [], Add(second.key_package()), joiners=[second])


def said(person: Person, number: int, text: str) -> tuple[bytes, ReportedMessage]:
    """A message and what its reader keeps of it."""
    sender = person.client
    body = content.Content(UUID(int=number), 1_700_000_000_000, content.Text(text))
    plaintext = content.encode(body)
    data = declared.encode(bytes([number]) * 16)
    done = group.protect_with_evidence(sender.state, plaintext, data, sender.rng)
    sender.group_state = done.state
    return done.message, ReportedMessage(plaintext, done.evidence)


async def store(
    server: Server,
    talk: ConversationId,
    group_id: GroupId,
    people: tuple[Person, Person],
    *rows: bytes,
) -> None:
    """A conversation of two, with these rows."""
    owner, other = ((p.keys.account, p.keys.device) for p in people)

    def script(transaction: Transaction) -> None:
        conversations.create_conversation(
            transaction.connection,
            talk,
            group_id,
            ConversationKind.DIRECT,
            owner,
            Seat.PARTICIPANT,
            now=transaction.now,
        )
        state = conversations.load_state(transaction.connection, talk)
        assert state is not None
        conversations.apply_membership(
            transaction.connection,
            talk,
            state.membership,
            apply_change(state.membership, owner, Change(adds=(other,))),
            seq=0,
        )
        for row in rows:
            append_in_script(transaction, talk, RowKind.APPLICATION, row)

    await server.writer.run(script, lane=WriterLane.OTHER)


@dataclass(frozen=True)
class Case:
    """A report that was sent: two honest messages, an edited one, a foreign one."""

    desk: Desk
    report: ReportId
    log_pub: bytes
    ben: DeviceKeys


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.keygen()
    desk.keygen("other.key")
    desk.ok("publish-key", "team.key.pub", *DATA)
    return asyncio.run(_reported(desk))


def config_of(folder: Path) -> Config:
    flags = {
        "server.port": 0,
        "metrics.enabled": False,
        "server.data_dir": folder / "data",
    }
    return load_config(None, {}, flags).config


async def _reported(desk: Desk) -> Case:
    config, rng = config_of(desk.folder), seeded_rng(3)
    clock = ManualClock()
    async with running_server(config, clock) as server, aiohttp.ClientSession() as http:
        api = Api(server, clock, http)
        ada, ben = await register(api, "ada"), await register(api, "ben")
        group_id, talk = GroupId(new_id(rng)), ConversationId(new_id(rng))
        meet(group_id, ben.client, ada.client)
        first = said(ben, 1, "You will regret this.\x1b[2J\nSoon.")
        second = said(ada, 2, "Stop.")
        foreign_id = GroupId(new_id(rng))
        await store(server, talk, group_id, (ada, ben), first[0], second[0])
        forged = replace(first[1], plaintext=second[1].plaintext)
        meet(foreign_id, ben.client, ada.client)
        elsewhere = said(ben, 3, "Somewhere else.")[1]
        shown = Report((first[1], second[1], forged, elsewhere), "He threatens me.")
        _, raw = await api.get("/api/v1/server")
        info = msgspec.convert(raw, ServerInfo, strict=False)
        report = ReportId(new_id(rng))
        suite = CipherSuite(info.safety_suite)
        sealed = seal_report(shown, suite, info.safety_pub, id_bytes(report), rng)
        request = ReportSend(report, talk, (1, 2), sealed)
        bearer = {"Authorization": f"Bearer {ada.token}"}
        await api.call("/reports", request, ReportReceived, **bearer)
        logged = await server.database.read(_report_keys)
    assert len(logged) == 1
    return Case(desk, report, info.log_pub, ben.keys)


def _report_keys(connection: Connection) -> list[LogEntry]:
    size = log.head(connection).size
    entries = log.entries(connection, 0, size, size)
    decoded = [LogEntry.decode(entry) for entry in entries]
    return [entry for entry in decoded if entry.kind is EntryKind.REPORT_KEY]


@pytest.fixture(scope="module")
def exported(case: Case) -> str:
    """The name of the case file."""
    case.desk.ok("export", case.report, "case.json", *DATA)
    return "case.json"


def test_the_list_names_reporter_time_and_rows(case: Case) -> None:
    (line,) = case.desk.ok("list", *DATA).splitlines()
    fields = line.split("  ")
    assert fields[0] == case.report
    assert (fields[2], fields[4]) == ("ada", "2")
    (known,) = json.loads(case.desk.ok("list", "--json", *DATA))
    assert (known["report"], known["rows"]) == (case.report, 2)


def test_a_report_is_decided_in_so_many_words_and_then_not_otherwise(
    case: Case,
) -> None:
    refused = case.desk.fails("close", case.report, *DATA)
    assert "--actioned" in refused, "whoever reported is told which it was"
    for _ in range(2):
        told = case.desk.ok("close", case.report, "--actioned", *DATA)
        assert "is closed: actioned" in told and "can be appealed until" in told
    (line,) = json.loads(case.desk.ok("list", "--json", *DATA))
    assert (line["state"], line["was"], line["is_closed"]) == ("actioned", None, True)
    assert line["appeal_until"] > line["received_at"]
    refused = case.desk.fails("close", case.report, "--dismissed", *DATA)
    assert "decided already" in refused and refused.count("\n") == 1
    assert "no such" in case.desk.fails("close", "0" * 32, "--dismissed", *DATA)


def test_an_opened_report_says_of_every_message_who_signed_it(case: Case) -> None:
    text = case.desk.ok("open", case.report, *KEY, *DATA)
    assert "Messages: 4, verified: 3" in text
    assert f"1. VERIFIED: ben ({case.ben.account}), device {case.ben.device}" in text
    assert "   | You will regret this." in text and "   | Soon." in text
    assert "2. VERIFIED: ada" in text and "   | Stop." in text
    assert "3. UNVERIFIABLE: the sender signed something else" in text
    assert text.count("Stop.") == 1, "what is not proven is not shown"
    assert re.search(r"4\. VERIFIED: ben .*\n   in ANOTHER conversation", text)
    assert "He threatens me." in text
    assert "\x1b" not in text


def test_a_case_is_verified_without_the_servers_data(
    case: Case, exported: str, tmp_path: Path
) -> None:
    far = Desk(tmp_path)
    for name in (exported, "team.key", "passphrase"):
        (tmp_path / name).write_bytes((case.desk.folder / name).read_bytes())
    here = case.desk.ok("open", case.report, *KEY, *DATA)
    assert far.ok("verify", exported, *KEY) == here
    assert far.ok("verify", exported, *KEY, "--log-key", case.log_pub.hex()) == here
    refused = far.fails("verify", exported, *KEY, "--log-key", "ab" * 32)
    assert "another transparency log" in refused


@pytest.mark.capability("X09")
def test_what_the_browser_sealed_is_verified_alike(
    case: Case, exported: str, formats: JsPeer
) -> None:
    """The same messages in a report of the browser's making: the same verdicts."""
    folder = case.desk.folder
    good = CaseFile.decode((folder / exported).read_bytes())
    assert good is not None
    pair = report_key.unseal(folder / "team.key", PASSPHRASE)
    report_id = id_bytes(case.report)
    sealed = formats.call(
        "sealReport",
        report=shown(open_report(good.sealed, pair, report_id)),
        suite=int(SealedReport.decode(good.sealed).suite),
        public=pair.public,
        reportId=report_id,
    )
    browsers = msgspec.structs.replace(good, sealed=octets(sealed))
    (folder / "browsers.json").write_bytes(browsers.encode())
    told = case.desk.ok("verify", "browsers.json", *KEY)
    assert told == case.desk.ok("verify", exported, *KEY)
    assert "verified: 3" in told


def test_the_sealed_part_of_a_case_stays_sealed(case: Case, exported: str) -> None:
    octets = (case.desk.folder / exported).read_bytes()
    assert b"regret" not in octets and b"threatens" not in octets
    assert (case.desk.folder / exported).stat().st_mode & 0o077 == 0
    assert "exists" in case.desk.fails("export", case.report, exported, *DATA)


def flip_last(octets: bytes) -> bytes:
    return octets[:-1] + bytes([octets[-1] ^ 1])


def test_a_case_that_was_changed_does_not_open(case: Case, exported: str) -> None:
    folder = case.desk.folder
    good = CaseFile.decode((folder / exported).read_bytes())
    assert good is not None
    pair = report_key.unseal(folder / "team.key", PASSPHRASE)
    assert len(open_case(good, pair).verdicts) == 4
    change, last = msgspec.structs.replace, good.entries[-1]
    foreign = change(last, entry=flip_last(last.entry))
    bad = {
        "an entry": change(good, entries=(*good.entries[:-1], foreign)),
        "junk for an entry": change(good, entries=(change(last, entry=b"junk"),)),
        "the head": change(good, head=flip_last(good.head)),
        "the log key": change(good, log_pub=bytes(32)),
        "the id": change(good, report="0" * 32),
        "no id": change(good, report="id"),
        "the report": change(good, sealed=flip_last(good.sealed)),
    }
    for what, changed in bad.items():
        with pytest.raises(CaseError):
            open_case(changed, pair)
            pytest.fail(what)


def test_what_is_no_case_file_is_told_in_one_line(case: Case, tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"junk")
    for name in ("junk", "missing"):
        told = case.desk.fails("verify", str(tmp_path / name), *KEY)
        assert told.count("\n") == 1


def test_without_the_log_entries_of_a_sender_its_messages_prove_nothing(
    case: Case, exported: str, tmp_path: Path
) -> None:
    good = CaseFile.decode((case.desk.folder / exported).read_bytes())
    assert good is not None
    path = tmp_path / "thinned.json"
    path.write_bytes(msgspec.structs.replace(good, entries=()).encode())
    text = case.desk.ok("verify", str(path), *KEY)
    assert "Messages: 4, verified: 0" in text and "regret" not in text


def test_another_key_or_passphrase_opens_nothing(case: Case, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("wrong")
    wrong = ("--key", "team.key", "--passphrase-file", str(tmp_path / "wrong"))
    other = ("--key", "other.key", "--passphrase-file", "passphrase")
    refused = case.desk.fails("open", case.report, *wrong, *DATA)
    assert "the passphrase is wrong" in refused
    refused = case.desk.fails("open", case.report, *other, *DATA)
    assert "does not open with this key" in refused
    assert "no such report" in case.desk.fails("open", "0" * 32, *KEY, *DATA)


def test_a_key_file_is_its_owners_and_is_never_replaced(case: Case) -> None:
    path = case.desk.folder / "team.key"
    before = path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    refused = case.desk.fails(
        "keygen", "--out", "team.key", "--passphrase-file", "passphrase"
    )
    assert "exists" in refused and path.read_bytes() == before
    public = case.desk.folder / "team.key.pub"
    assert report_key.read_public(public) == report_key.read_public(path)
    with pytest.raises(KeyFileError, match="no private key"):
        report_key.unseal(public, PASSPHRASE)


async def test_a_key_is_logged_once_and_its_successor_after_it(
    case: Case, tmp_path: Path
) -> None:
    desk, config = Desk(tmp_path), config_of(tmp_path)
    for name in ("team.key", "other.key"):
        (tmp_path / name).write_bytes((case.desk.folder / name).read_bytes())
    counters = []
    for name in ("team.key", "team.key", "other.key"):
        desk.ok("publish-key", name, *DATA)
        async with running_server(config, ManualClock()) as server:
            entries = await server.database.read(_report_keys)
        counters.append([entry.counter for entry in entries])
    assert counters == [[1], [1], [1, 2]]
