"""A provider asked by signed requests, and what of it is taken for an answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from mentalverse_server.errors import StartupError
from mentalverse_server.hooks.addresses import HostPort
from mentalverse_server.hooks.chosen import Chosen
from mentalverse_server.hooks.decide import Asking, Line, Outcome
from mentalverse_server.hooks.egress import Egress
from mentalverse_server.hooks.over_https import OverHttps, as_sent
from mentalverse_server.hooks.policy import RULES, Decision
from mentalverse_server.hooks.ports import (
    UNKNOWN,
    Answer,
    Fact,
    Pairs,
    Question,
    SessionStart,
    Verdict,
)
from mentalverse_server.hooks.privacy import Names
from mentalverse_server.hooks.provider_key import FILE_NAME, open_provider_key
from mentalverse_server.hooks.signing import PrivateKey
from mentalverse_signaling.ids import AccountId
from support.deciding_service import DecidingService, deciding_service
from support.deterministic import seeded_rng

pytestmark = pytest.mark.usefixtures("patient")

ANN, BEN = AccountId("a" * 32), AccountId("b" * 32)
NOW_MS = 1_767_225_600_000
OURS, THEIRS, STRANGERS = (PrivateKey(bytes([n]) * 32) for n in (1, 2, 3))
PEER = Decision.SESSION_START_PEER
QUESTION = SessionStart(ANN, False, "direct")


class Talk:
    """The service, and one provider that asks it."""

    def __init__(self, service: DecidingService, egress: Egress) -> None:
        self.service = service
        self.outcomes: list[Outcome] = []
        self._egress = egress

    async def ask(
        self, decision: Decision = PEER, asked: Question = QUESTION
    ) -> Answer:
        key = THEIRS.public.text
        chosen = Chosen("panel", True, (decision,), self.service.url, key)
        provider = OverHttps(chosen, self._egress, OURS, seeded_rng(5), lambda: NOW_MS)
        line = Line("panel", provider.ask(decision))
        asking = Asking(
            decision,
            [line],
            lambda: NOW_MS,
            lambda provider, outcome, seconds: self.outcomes.append(outcome),
            RULES[decision].value,
        )
        # Longer than the rule's, on a machine that does other things as well.
        return (await asking.ask(asked, 5)).answer


@asynccontextmanager
async def _talk() -> AsyncIterator[Talk]:
    async with deciding_service(THEIRS, lambda: NOW_MS) as service:
        service.server_key = OURS.public
        egress = Egress(private=[HostPort("127.0.0.1", service.port)])
        async with AsyncExitStack() as stack:
            stack.push_async_callback(egress.close)
            yield Talk(service, egress)


async def test_it_is_asked_under_a_pseudonym_and_its_yes_is_one() -> None:
    async with _talk() as talk:
        talk.service.says = {"verdict": "allow", "valid_until": NOW_MS // 1000 + 60}
        answer = await talk.ask()
        assert answer == Answer(Verdict.ALLOW, "", NOW_MS + 60_000)
        (asked,) = talk.service.asked
        who = asked["input"].pop("account")
        assert asked == {
            "decision": "session.start_peer",
            "input": {"is_professional": False, "kind": "direct"},
            "deadline_ms": 10_000,
        }
        assert len(who) == 26
        assert ANN not in json.dumps(asked)


async def test_scores_come_as_values() -> None:
    async with _talk() as talk:
        talk.service.says = {"verdict": "allow", "value": [1, 10_000]}
        pairs = Pairs(ANN, (BEN, ANN))
        answer = await talk.ask(Decision.MATCH_SCORE, pairs)
        assert answer.value == (1, 10_000)
        for lie in ([1, "2"], ["1"], [10_001], [-1]):
            talk.service.says = {"verdict": "allow", "value": lie}
            assert await talk.ask(Decision.MATCH_SCORE, pairs) == UNKNOWN


@pytest.mark.parametrize(
    "lie",
    [
        {"status": 500},
        {"status": 302},
        {"late_seconds": -301},
        {"late_seconds": 301},
        {"other_id": "ask_of_another_day"},
        {"signs_with": STRANGERS},
        {"signs_with": OURS},
        {"headers": lambda headers: {}},
        {"headers": lambda h: {k: v for k, v in h.items() if k != "webhook-signature"}},
        {"headers": lambda h: {**h, "webhook-signature": "v1,AAAA v1a,AAAA"}},
        {"says": b""},
        {"says": b"[]"},
        {"says": b'{"verdict": "allow"'},
        {"says": {"verdict": "yes"}},
        {"says": {"verdict": "deny"}},
        {"says": {"verdict": "deny", "reason_code": "because"}},
        {"says": {"verdict": "allow", "valid_until": "soon"}},
        {"says": {"verdict": "allow", "and": "more"}},
        {"says": b'{"verdict": "allow"}' + b" " * 70_000},
    ],
)
async def test_what_is_unsigned_late_or_of_another_form_is_no_answer(
    lie: dict[str, Any],
) -> None:
    async with _talk() as talk:
        assert (await talk.ask()).verdict is Verdict.ALLOW
        for name, value in lie.items():
            setattr(talk.service, name, value)
        assert await talk.ask() == UNKNOWN
        assert talk.outcomes[1:] in ([Outcome.FAILED], [Outcome.INVALID])


async def test_it_is_not_reached_where_nothing_may_go() -> None:
    async with _talk() as talk:
        talk.service.url = f"http://127.0.0.1:{talk.service.port + 1}/v1/decide"
        assert await talk.ask() == UNKNOWN
        assert talk.service.asked == []


def test_two_providers_cannot_join_what_they_know() -> None:
    asked = Fact(ANN, "evt_1", "peer.session")
    one, other = (as_sent(asked, Names(bytes([n]) * 32)) for n in (1, 2))
    assert one["rule"] == other["rule"] == "peer.session"
    values = [str(each[name]) for each in (one, other) for name in ("account", "event")]
    assert len(set(values)) == 4
    assert as_sent(asked, Names(bytes([1]) * 32)) == one
    assert (
        as_sent(Pairs(ANN, (ANN, BEN)), Names(b"k" * 32))["mentors"][0]
        == (as_sent(Pairs(ANN, ()), Names(b"k" * 32))["account"])
    )


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    key = open_provider_key(tmp_path, seeded_rng(1))
    assert open_provider_key(tmp_path, seeded_rng(2)) == key
    path = tmp_path / FILE_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(StartupError, match="its owner only"):
        open_provider_key(tmp_path, seeded_rng(1))
    path.chmod(0o600)
    path.write_text("whsk_AAAA")
    with pytest.raises(StartupError, match="damaged"):
        open_provider_key(tmp_path, seeded_rng(1))
