"""What a member reports, the safety team can prove, and sees nothing else."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_cli import report_key
from mentalverse_client import (
    Conversation,
    MessageKind,
    NotConnected,
    NotProven,
    NotReportable,
    UnknownMessage,
)
from mentalverse_client.line import http as client_http
from mentalverse_server.safety import write_safety_key
from mentalverse_signaling.errors import Conflict, NotNow
from mentalverse_signaling.report_events import ReportState
from support.clients import (
    PASSPHRASE,
    eventually,
    logged,
    next_message,
    only_conversation,
    opened,
    person,
)
from support.server import ServerProcess, start_server

KEY = "team.key"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("watched")


@pytest.fixture(scope="module")
def watched(folder: Path) -> Iterator[ServerProcess]:
    """A server with a safety team."""
    (folder / "data").mkdir(mode=0o700)
    write_safety_key(folder / "data", report_key.create(folder / KEY, PASSPHRASE))
    with start_server(folder) as running:
        yield running


async def by_the_team(
    server: ServerProcess, folder: Path, *arguments: str
) -> tuple[int, str]:
    """Exit code and output of `mentalverse report …`, with the team's key."""
    (folder / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    command = [
        *(sys.executable, "-m", "mentalverse_cli", "report", *arguments),
        *("--key", str(folder / KEY), "--data", str(server.data)),
        *("--passphrase-file", str(folder / "passphrase")),
    ]
    made = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in made.stderr
    return made.returncode, made.stdout + made.stderr


async def operator(*arguments: str) -> str:
    """What `mentalverse …` prints for whoever runs the server."""
    command = [sys.executable, "-m", "mentalverse_cli", *arguments]
    made = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=60
    )
    assert made.returncode == 0, made.stderr
    return made.stdout


async def opened_by_the_team(server: ServerProcess, folder: Path, report: str) -> str:
    """What `mentalverse report open` prints."""
    code, printed = await by_the_team(server, folder, "open", report)
    assert code == 0, printed
    return printed


async def said(conversation: Conversation, text: str) -> str:
    """Send a text and wait until it is in the log; its id."""
    identity = await conversation.send(text)
    await logged(conversation, identity)
    return identity


async def test_the_team_proves_who_wrote_what_was_reported(
    watched: ServerProcess, folder: Path, tmp_path: Path
) -> None:
    async with (
        person(watched, tmp_path, "ada-p") as ada,
        person(watched, tmp_path, "ben-p") as ben,
    ):
        talk = await ada.direct("ben-p")
        private = await said(talk, "a private thing")
        heard = await only_conversation(ben)
        await next_message(heard)
        threat = await said(heard, "I will find you")
        await next_message(talk)
        await heard.edit(threat, "See you tomorrow")
        await eventually(lambda: talk.message(threat).edited)
        answer = await talk.reply(threat, "please stop")
        await logged(talk, answer)

        preview = talk.report_preview([answer, threat])
        assert [shown.message.id for shown in preview] == [threat, answer]
        assert preview[0].wordings == ("I will find you", "See you tomorrow")
        assert preview[1].quote == "See you tomorrow"
        assert all(shown.is_proven for shown in preview)
        report = (await talk.report([threat, answer], "he threatens me")).id

        printed = await opened_by_the_team(watched, folder, report)
        assert printed.count(f"VERIFIED: ben-p ({ben.account})") == 2
        assert printed.count(f"VERIFIED: ada-p ({ada.account})") == 1
        assert "UNVERIFIABLE" not in printed
        assert "ANOTHER conversation" not in printed
        for words in ("I will find you", "See you tomorrow", "please stop"):
            assert f"| {words}" in printed
        assert "| he threatens me" in printed
        assert "a private thing" not in printed
        assert private not in printed


async def test_the_team_opens_a_reported_file_and_no_other(
    watched: ServerProcess, folder: Path, tmp_path: Path
) -> None:
    source, out = tmp_path / "threat.bin", tmp_path / "out"
    source.write_bytes(b"a threat as a file " * 9_000)
    async with (
        person(watched, tmp_path, "ada-q") as ada,
        person(watched, tmp_path, "ben-q") as ben,
    ):
        talk = await ada.direct("ben-q")
        heard = await only_conversation(ben)
        sent = await heard.send_file(source)
        got = await next_message(talk)
        (shown,) = talk.report_preview([sent])
        assert (shown.wordings, shown.opens_file) == (("threat.bin",), True)
        text = await said(talk, "what is this?")
        report = (await talk.report([sent, text], "")).id
        printed = await opened_by_the_team(watched, folder, report)
        assert "| threat.bin (171000 bytes, application/octet-stream)" in printed
        assert got.file is not None
        assert "key" not in printed.split("Messages:")[1]

        save = ("save", report)
        code, told = await by_the_team(watched, folder, *save, "1", str(out))
        assert (code, out.read_bytes()) == (0, source.read_bytes()), told
        for number, why in (("1", "exists"), ("2", "no file"), ("3", "no message 3")):
            code, told = await by_the_team(watched, folder, *save, number, str(out))
            assert code == 1
            assert why in told


async def test_a_file_that_its_sender_deleted_is_opened_all_the_same(
    watched: ServerProcess, folder: Path, tmp_path: Path
) -> None:
    """It is fetched by nobody any more, and kept for the case if it is named."""
    source, out = tmp_path / "threat.bin", tmp_path / "out"
    source.write_bytes(b"a threat as a file " * 9_000)
    async with (
        person(watched, tmp_path, "ada-f") as ada,
        person(watched, tmp_path, "ben-f") as ben,
    ):
        talk = await ada.direct("ben-f")
        heard = await only_conversation(ben)
        sent = await heard.send_file(source)
        got = await next_message(talk)
        await logged(heard, sent)
        await heard.delete(sent)
        await ben.flush()
        await eventually(lambda: talk.message(sent).deleted)
        assert got.file is not None
        with pytest.raises(UnknownMessage):
            await talk.save_file(sent, tmp_path / "not-again")

        (shown,) = talk.report_preview([sent])
        assert (shown.wordings, shown.opens_file) == (("threat.bin",), True)
        unnamed = await talk.report([sent], "")
        assert (unnamed.files, unnamed.files_kept) == (0, 0)
        named = await talk.report([sent], "", keep_files=True)
        assert (named.files, named.files_kept) == (1, 1)
        save = ("save", named.id, "1", str(out))
        code, told = await by_the_team(watched, folder, *save)
        assert (code, out.read_bytes()) == (0, source.read_bytes()), told

        data = ("--data", str(watched.data))
        decided = ("report", "close", named.id, "--dismissed")
        assert named.id in await operator(*decided, *data)
        standing = {
            line.split()[0]: line.split()[-1]
            for line in (await operator("report", "list", *data)).splitlines()
        }
        assert (standing[named.id], standing[unnamed.id]) == ("dismissed", "open")


@pytest.mark.capability("X09")
async def test_whoever_reported_has_it_looked_at_again_once(
    watched: ServerProcess, folder: Path, tmp_path: Path
) -> None:
    """By the client and by the command line, and the team sees it first."""
    (folder / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    data = ("--data", str(watched.data))
    secret = ("--passphrase-file", str(folder / "passphrase"))
    who = ("--profile", str(tmp_path / "ada-a"), *secret)
    async with (
        person(watched, tmp_path, "ada-a") as ada,
        person(watched, tmp_path, "ben-a"),
    ):
        talk = await ada.direct("ben-a")
        report = (await talk.report([await said(talk, "again")], "")).id
        (view,) = await ada.reports.list()
        assert (view.report, view.state) == (report, ReportState.FILED)
        with pytest.raises(NotNow):
            await ada.reports.appeal(report)
        later = await talk.report([await said(talk, "later")], "")

    repeated = ("report", "close", report, "--dismissed")
    decided = await operator(*repeated, *data)
    assert "can be appealed until" in decided
    shown = await operator("account", "reports", *who)
    assert [line.split()[0] for line in shown.splitlines()] == [later.id, report]
    assert "no reason to act. You can ask them to look again until" in shown
    for _ in range(2):
        asked = await operator("account", "appeal", report, *who)
        assert asked.endswith("The safety team is asked to look again.\n")
    first = (await operator("report", "list", *data)).splitlines()[0]
    assert first.startswith(report) and first.endswith("appealed (was dismissed)")
    assert "is appealed" in await operator(*repeated, *data)
    final = ("report", "close", report, "--actioned", "--again")
    assert "stands" in await operator(*final, *data)
    listed = json.loads(await operator("account", "reports", "--json", *who))
    assert [each["state"] for each in listed] == ["filed", "actioned"]
    shown = await operator("account", "reports", *who)
    assert "The safety team looked again. The safety team has acted." in shown
    async with opened(tmp_path / "ada-a") as ada:
        with pytest.raises(Conflict):
            await ada.reports.appeal(report)


async def test_what_its_sender_deleted_before_the_report_is_proven_all_the_same(
    watched: ServerProcess, folder: Path, tmp_path: Path
) -> None:
    """Threaten, edit, delete: the person who was threatened keeps the proof."""
    async with (
        person(watched, tmp_path, "ada-d") as ada,
        person(watched, tmp_path, "ben-d") as ben,
    ):
        talk = await ada.direct("ben-d")
        heard = await only_conversation(ben)
        threat = await said(heard, "I will find you")
        other = await said(heard, "and nobody believes you")
        await heard.edit(threat, "See you")
        await heard.delete(threat)
        await heard.delete(other)
        await eventually(lambda: sum(m.deleted for m in talk.history()) == 2)
        gone = talk.message(threat)
        assert (gone.text, gone.is_reportable) == ("", True)

        (shown,) = talk.report_preview([threat])
        assert shown.wordings == ("I will find you", "See you")
        assert shown.is_proven
        report = (await talk.report([threat], "he deleted it")).id
        printed = await opened_by_the_team(watched, folder, report)
        assert printed.count(f"VERIFIED: ben-d ({ben.account})") == 2
        assert "| I will find you" in printed

        talk.forget(other)
        with pytest.raises(NotReportable):
            talk.report_preview([other])
        with pytest.raises(NotReportable):
            heard.report_preview([threat])


async def test_no_number_of_long_edits_keeps_a_message_out_of_a_report(
    watched: ServerProcess, folder: Path, tmp_path: Path
) -> None:
    """Write, threaten by an edit, and edit on: what fits is sent, and the rest counted.

    What the preview shows is what the team opens, and the person can have any wording.
    """
    async with (
        person(watched, tmp_path, "ada-h") as ada,
        person(watched, tmp_path, "ben-h") as ben,
    ):
        talk = await ada.direct("ben-h")
        heard = await only_conversation(ben)
        threat = await said(heard, "good morning")
        await next_message(talk)
        await heard.edit(threat, "I will find you")
        for number in range(12):
            await heard.edit(threat, f"{number:02} " + "z" * 31_000)
        await eventually(lambda: len(talk.message(threat).edits) == 13)
        await heard.delete(threat)
        await eventually(lambda: talk.message(threat).deleted)

        (plain,) = talk.report_preview([threat])
        assert len(plain.wordings) + len(plain.left_out) == 14
        assert plain.wordings[0] == "good morning"
        assert plain.wordings[-1].startswith("11 ")
        hidden = next(n for n, words in plain.left_out.items() if words[:3] == "03 ")
        wanted = {threat: {2, hidden}}
        (shown,) = talk.report_preview([threat], wanted)
        assert shown.is_proven
        assert "I will find you" in shown.wordings
        assert shown.left_out
        report = await talk.report([threat], "r" * 16_000, wordings=wanted)

        printed = await opened_by_the_team(watched, folder, report.id)
        verified = f"VERIFIED: ben-h ({ben.account})"
        assert printed.count(verified) == len(shown.wordings)
        assert "UNVERIFIABLE" not in printed
        assert [w for w in shown.wordings if f"| {w}" not in printed] == []
        left = f"other wordings that did not fit: {len(shown.left_out)},"
        assert printed.count(left) == 1
        assert not any(f"| {words}" in printed for words in shown.left_out.values())


async def test_the_server_that_keeps_a_report_cannot_read_it(
    watched: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(watched, tmp_path, "ada-s") as ada,
        person(watched, tmp_path, "ben-s"),
    ):
        talk = await ada.direct("ben-s")
        canary = "canary-of-the-report-4711"
        report = await talk.report([await said(talk, canary)], f"why: {canary}")
        pair = report_key.unseal(tmp_path_of(watched) / KEY, PASSPHRASE)
        everything = [p.read_bytes() for p in watched.data.rglob("*") if p.is_file()]
        assert not any(canary.encode() in whole for whole in everything)
        assert not any(pair.private in whole for whole in everything)
        assert report


def tmp_path_of(server: ServerProcess) -> Path:
    return server.data.parent


async def test_a_report_whose_answer_is_lost_is_one_report(
    watched: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, lost = client_http.AccountApi.send_report, list[str]()

    async def losing(
        self: client_http.AccountApi, token: str, request: object
    ) -> object:
        answer = await sent(self, token, request)  # type: ignore[arg-type]
        if not lost:
            lost.append(answer.report)
            raise NotConnected("the answer was lost")
        return answer

    monkeypatch.setattr(client_http.AccountApi, "send_report", losing)
    async with (
        person(watched, tmp_path, "ada-l") as ada,
        person(watched, tmp_path, "ben-l"),
    ):
        talk = await ada.direct("ben-l")
        report = await talk.report([await said(talk, "once")], "")
        assert report.id == lost[0]


async def test_what_nobody_wrote_or_somebody_took_back_is_not_reported(
    watched: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(watched, tmp_path, "ada-n") as ada,
        person(watched, tmp_path, "ben-n") as ben,
    ):
        talk = await ada.direct("ben-n")
        gone = await said(talk, "gone")
        await talk.delete(gone)
        await eventually(lambda: talk.message(gone).deleted)
        with pytest.raises(NotReportable):
            await talk.report([gone], "")
        with pytest.raises(NotReportable):
            await talk.report([], "")
        with pytest.raises(UnknownMessage):
            await talk.report(["nothing"], "")
        heard = await only_conversation(ben)
        notice = next((m for m in talk.history() if m.kind is MessageKind.NOTICE), None)
        assert notice is not None
        with pytest.raises(NotReportable):
            talk.report_preview([notice.id])
        many = [await talk.send(str(number)) for number in range(51)]
        await logged(talk, many[-1])
        with pytest.raises(NotReportable, match="report the first 50 of these 51"):
            await talk.report(many, "")
        with pytest.raises(NotReportable, match="too long"):
            await talk.report(many[:1], "x" * 20_000)
        assert heard.id == talk.id


async def test_without_a_safety_team_it_is_said(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-w") as ada,
        person(server, tmp_path, "ben-w"),
    ):
        talk = await ada.direct("ben-w")
        with pytest.raises(NotReportable, match="no safety team"):
            await talk.report([await said(talk, "hello")], "")


async def test_a_key_that_is_not_in_the_log_gets_no_report(
    watched: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = report_key.create(tmp_path / "other.key", PASSPHRASE)
    shown = client_http.AccountApi.server

    async def swapped(self: client_http.AccountApi) -> object:
        info = await shown(self)
        return type(info)(
            **{name: getattr(info, name) for name in info.__struct_fields__}
            | {"safety_pub": other.public}
        )

    async with (
        person(watched, tmp_path, "ada-k") as ada,
        person(watched, tmp_path, "ben-k"),
    ):
        talk = await ada.direct("ben-k")
        target = await said(talk, "hello")
        monkeypatch.setattr(client_http.AccountApi, "server", swapped)
        with pytest.raises(NotProven):
            await talk.report([target], "")
