"""Who is named is loaded and asked, who is only installed is not; the doctor looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import get_type_hints

import pytest
from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from mentalverse_server.clock import SystemClock
from mentalverse_server.config import Config, ConfigError, load_config
from mentalverse_server.doctor import examine
from mentalverse_server.errors import StartupError
from mentalverse_server.hooks import checkup, ports
from mentalverse_server.hooks.decide import Asking, Line
from mentalverse_server.hooks.in_process import InProcess, load
from mentalverse_server.hooks.parts import chosen_lines
from mentalverse_server.hooks.policy import ASKED, RULES, Decision
from mentalverse_server.hooks.ports import (
    UNKNOWN,
    Answer,
    CircleOpen,
    Reason,
    SessionStart,
    Verdict,
)
from mentalverse_server.hooks.signing import PrivateKey
from mentalverse_signaling.ids import AccountId
from support.deterministic import seeded_rng
from support.installed_provider import Register, installed_provider

pytestmark = pytest.mark.usefixtures("patient")

ANN = AccountId("a" * 32)
KEY = PrivateKey(bytes(32)).public.text
PORTS = (
    ports.Credentials,
    ports.Matching,
    ports.Rewards,
    ports.Payments,
    ports.RoutingHint,
    ports.Content,
    ports.Checks,
)
ROOT = Path(__file__).parents[3]


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    with installed_provider(tmp_path, monkeypatch) as installed:
        yield installed


def _config(folder: Path, *providers: str) -> Config:
    flags = {"server.data_dir": folder / "data", "hooks.providers": providers}
    return load_config(None, {}, flags).config


async def _decisions(config: Config) -> set[Decision]:
    async with AsyncExitStack() as stack:
        return set(chosen_lines(config, SystemClock(), seeded_rng(1), stack))


async def test_who_is_named_is_asked_what_it_answers(
    tmp_path: Path, register: Register
) -> None:
    assert await _decisions(_config(tmp_path)) == set()
    assert not register.is_imported
    assert await _decisions(_config(tmp_path, "register")) == set(ASKED)
    assert register.is_imported
    one = _config(tmp_path, "register match.veto")
    assert await _decisions(one) == {Decision.MATCH_VETO}


@pytest.mark.parametrize("name", ["nobody", "broken"])
async def test_who_cannot_be_loaded_keeps_the_server_from_starting(
    tmp_path: Path, register: Register, name: str
) -> None:
    with pytest.raises(StartupError, match=name):
        await _decisions(_config(tmp_path, name))


async def test_who_is_named_for_what_it_does_not_answer_is_found(
    tmp_path: Path, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    for entry in (
        f"panel https://10.0.0.7/v1/decide {KEY} match.veto",
        "panel https://panel.example.org/v1/decide whpk_AAAA match.veto",
    ):
        with pytest.raises(ConfigError, match="panel"):
            await _decisions(_config(tmp_path, entry))
    monkeypatch.delattr(_provider(), "veto")
    assert Decision.MATCH_VETO not in await _decisions(_config(tmp_path, "register"))
    with pytest.raises(ConfigError, match="register does not answer match.veto"):
        await _decisions(_config(tmp_path, "register match.veto"))


def _provider() -> type:
    return type(load("register"))


def test_the_doctor_names_who_does_not_answer(
    tmp_path: Path, register: Register
) -> None:
    def found(*providers: str) -> tuple[bool, str]:
        findings = {one.subject: one for one in examine(_config(tmp_path, *providers))}
        return findings["providers"].ok, findings["providers"].text

    assert found() == (True, "none: this server decides alone")
    register.says = lambda: UNKNOWN
    assert found("register") == (True, "register")
    register.says = lambda: "yes"
    ok, text = found("register session.start_peer")
    assert not ok
    assert text == "register does not answer session.start_peer: invalid"
    ok, text = found("nobody")
    assert not ok
    assert "nobody" in text


@pytest.mark.parametrize("decision", ASKED)
def test_the_doctor_has_a_question_for_each_decision(decision: Decision) -> None:
    method = str(RULES[decision].method)
    (port,) = (one for one in PORTS if method in vars(one))
    wanted = get_type_hints(getattr(port, method))["question"]
    assert type(checkup.about_nobody(decision)) is wanted


async def test_the_provider_that_the_readme_shows_works() -> None:
    readme = (ROOT / "server" / "README.md").read_text()
    (shown,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    names: dict[str, type] = {}
    exec(shown, names)  # noqa: S102 - it is ours
    provider = names["Register"]()
    provider.licensed_until_ms[ANN] = 1_000
    here = InProcess("register", provider)
    assert set(here.decisions) == {
        Decision.CIRCLE_OPEN_THERAPY,
        Decision.SESSION_START_PEER,
        Decision.SESSION_START_PROFESSIONAL,
    }

    async def answer(decision: Decision, question: object) -> Answer:
        line = Line("register", here.ask(decision))
        return (await Asking(decision, [line], lambda: 0).ask(question, 5)).answer

    yes = Answer(Verdict.ALLOW, valid_until_ms=1_000)
    no = Answer(Verdict.DENY, Reason.NO_LICENCE)
    circle, session = (
        Decision.CIRCLE_OPEN_THERAPY,
        Decision.SESSION_START_PROFESSIONAL,
    )
    assert await answer(circle, CircleOpen(ANN)) == yes
    assert await answer(circle, CircleOpen(AccountId("b" * 32))) == no
    assert await answer(session, SessionStart(ANN, True, "direct")) == yes
    assert await answer(session, SessionStart(ANN, False, "direct")) == UNKNOWN
    here.close()


def test_the_command_line_lists_who_is_named_and_who_could_be(
    tmp_path: Path, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mentalverse.toml").write_text(
        '[hooks]\nproviders = ["register optional match.veto"]\n'
    )
    shown = CliRunner().invoke(app, ["provider", "list"])
    assert (
        shown.output == "register optional match.veto\n# broken  installed, not asked\n"
    )
    assert not register.is_imported
