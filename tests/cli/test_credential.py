"""Credentials by the command line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from mentalverse_client import Client
from mentalverse_modules.credentials import vc
from mentalverse_modules.credentials.status_list import Purpose, sign_list
from mentalverse_signaling.roles import Role
from support.clients import PASSPHRASE, register
from support.credentials_kit import INDEX, credential, issuer_key, published
from support.server import start_server

ISSUER = issuer_key()


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["credential", *arguments])
    return result.exit_code, result.output


def _files(folder: Path, revoked: tuple[int, ...] = ()) -> list[str]:
    """A credential and its lists, as arguments."""
    held = folder / "held.jwt"
    held.write_text(vc.sign(credential(ISSUER), ISSUER) + "\n")
    arguments = [str(held)]
    for each in Purpose:
        is_revocation = each is Purpose.REVOCATION
        listed = published(ISSUER, each, revoked if is_revocation else ())
        file = folder / f"{each.value}.jwt"
        file.write_text(sign_list(listed, ISSUER))
        arguments += ["--status", str(file)]
    return arguments


@pytest.mark.capability("K16")
def test_what_is_shown_is_checked_from_files_alone(tmp_path: Path) -> None:
    code, said = _run("verify", *_files(tmp_path), "--issuer", ISSUER.did)
    assert code == 0, said
    assert ISSUER.did in said.replace("\n", "")
    code, said = _run("verify", str(tmp_path / "held.jwt"))
    assert (code, "status_unknown" in said) == (1, True)
    code, said = _run("verify", *_files(tmp_path, (INDEX,)))
    assert (code, "revoked" in said) == (1, True)
    code, said = _run("verify", *_files(tmp_path), "--issuer", issuer_key(9).did)
    assert code == 1
    code, _ = _run("verify", str(tmp_path / "none.jwt"))
    assert code == 2


@dataclass(frozen=True)
class People:
    """Max, who applies, and Lea, who reviews: folders of their profiles."""

    secret: Path
    max_: Path
    lea: Path

    async def run(self, profile: Path, *arguments: str) -> str:
        """What a command of one of them prints."""
        who = ("--profile", str(profile), "--passphrase-file", str(self.secret))
        code, said = await asyncio.to_thread(_run, *arguments, *who)
        assert code == 0, said
        return said


@asynccontextmanager
async def people(folder: Path) -> AsyncIterator[People]:
    secret, lea = folder / "passphrase", folder / "lea"
    secret.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    with start_server(folder) as server:
        max_ = await register(server, folder, "max")
        invite = await asyncio.to_thread(server.invite, Role.COORDINATOR)
        await Client.register(server.url, invite, "lea", lea, PASSPHRASE)
        yield People(secret, max_, lea)


async def test_an_application_goes_and_comes_back(tmp_path: Path) -> None:
    async with people(tmp_path) as it:
        run, max_, lea = it.run, it.max_, it.lea
        assert "peer_mentor" in await run(max_, "apply")
        said = await run(max_, "apply", "peer_mentor", "--submit")
        id_ = said.split()[0]
        assert "submitted" in said
        assert id_ in await run(lea, "review")
        assert "peer_mentor, by max" in await run(lea, "review", id_)
        assert "sent back" in await run(lea, "review", id_, "--send-back", "since?")
        said = await run(max_, "list")
        assert "draft" in said and "since?" in said
        assert '"standing": "draft"' in await run(max_, "list", "--json")


async def test_a_document_is_handed_in_taken_back_and_read(tmp_path: Path) -> None:
    course, read = tmp_path / "course.pdf", tmp_path / "read.pdf"
    course.write_bytes(b"%PDF-1")
    async with people(tmp_path) as it:
        run, max_, lea = it.run, it.max_, it.lea
        id_ = (await run(max_, "apply", "peer_mentor")).split()[0]
        said = await run(max_, "attach", id_, "growth", str(course))
        assert "document " not in await run(max_, "detach", id_, _paper(said))
        await run(max_, "attach", id_, "growth", str(course))
        who = ("--profile", str(max_), "--passphrase-file", str(it.secret))
        wrong = ("attach", id_, "yoga", str(course), *who)
        code, said = await asyncio.to_thread(_run, *wrong)
        assert (code, "growth" in said, said.count("\n")) == (2, True, 1), said
        await run(max_, "apply", "peer_mentor", "--submit")
        paper = _paper(await run(lea, "review", id_))
        await run(lea, "document", id_, paper, "--out", str(read))
        assert read.read_bytes() == b"%PDF-1"


def _paper(said: str) -> str:
    """How the id of the one document begins that is printed."""
    (line,) = [each for each in said.splitlines() if "document " in each]
    return line.split()[1].rstrip(",")
