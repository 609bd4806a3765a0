"""A provider that is asked by signed requests.

    POST its address     webhook-id, webhook-timestamp, webhook-signature (v1a)
    {"decision": "session.start_peer", "input": {"account": "…", …}, "deadline_ms": 300}

    200                  the same webhook-id, its own timestamp and v1a signature
    {"verdict": "allow", "valid_until": 1767225600}

The answer is signed by the key that the settings name and echoes the id of the
question, so an answer to another question, or of another day, is none. Ids of people
leave as pseudonyms that only this provider sees (`privacy.Names`). Times are in
seconds.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

import msgspec

from .chosen import Chosen
from .decide import Ask
from .egress import Egress
from .egress import Outcome as Sent
from .policy import RULES, Decision
from .ports import Answer, Kind, Question, Verdict
from .privacy import Names
from .signing import ID_HEADER, PrivateKey, Verifier, read_verifying_key, signed_headers

_ID_BYTES = 16


class _Asked(msgspec.Struct, frozen=True):
    decision: str
    input: dict[str, Any]
    deadline_ms: int


class _Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    verdict: Verdict
    reason_code: str = ""
    valid_until: int | None = None
    evidence_ref: str = ""
    value: tuple[int | str, ...] = ()


def _kind(hint: object) -> str | None:
    if get_origin(hint) is not Annotated:
        return None
    return next((one.name for one in get_args(hint) if isinstance(one, Kind)), None)


def _kinds(question: type[Any]) -> dict[str, str | None]:
    hints = get_type_hints(question, include_extras=True)
    return {each.name: _kind(hints[each.name]) for each in fields(question)}


_KINDS: dict[type[Any], dict[str, str | None]] = {
    question: _kinds(question) for question in get_args(Question)
}
"""The fields of each question, and of what kind their ids are; None for no id."""


class NoAnswer(Exception):
    """What came back is none; the text says why. The provider's fault."""


class OverHttps:
    """Asks one provider."""

    def __init__(
        self,
        chosen: Chosen,
        egress: Egress,
        key: PrivateKey,
        rng: Callable[[int], bytes],
        now_ms: Callable[[], int],
    ) -> None:
        """Raises `ValueError` for a public key that is none."""
        self._chosen = chosen
        self._egress = egress
        self._key = key
        label = f"names\0{chosen.name}".encode()
        self._names = Names(hmac.digest(key.seed, label, "sha256"))
        self._rng = rng
        self._now_ms = now_ms
        self._verifier = Verifier([read_verifying_key(chosen.public_key)])

    def ask(self, decision: Decision) -> Ask:
        """What puts questions of this decision to it."""

        async def put(question: Question) -> object:
            return await self._put(decision, question)

        return put

    async def _put(self, decision: Decision, question: Question) -> Answer:
        rule = RULES[decision]
        body = msgspec.json.encode(
            _Asked(
                decision.value,
                as_sent(question, self._names),
                round(rule.deadline_seconds * 1000),
            )
        )
        message = f"ask_{_base32(self._rng(_ID_BYTES))}"
        headers = signed_headers([self._key], message, self._now_ms() // 1000, body)
        reply = await self._egress.post(
            self._chosen.url,
            body,
            {**headers, "content-type": "application/json"},
            whole_seconds=rule.deadline_seconds,
            keep_body=True,
        )
        if reply.outcome is not Sent.ANSWERED or reply.status != 200:
            raise NoAnswer(f"{reply.outcome.value} {reply.status}")
        given = {name.lower(): value for name, value in reply.headers.items()}
        if given.get(ID_HEADER) != message:
            raise NoAnswer("it answers another question")
        self._verifier.verify(reply.headers, reply.body, self._now_ms())
        return _read(reply.body)


def as_sent(question: Question, names: Names) -> dict[str, Any]:
    """The fields of a question, with the names that the provider has for ids."""
    sent: dict[str, Any] = {}
    for name, kind in _KINDS[type(question)].items():
        value = getattr(question, name)
        if kind is None:
            sent[name] = value
        elif isinstance(value, tuple):
            sent[name] = [names.of(kind, one) for one in value]
        else:
            sent[name] = names.of(kind, value)
    return sent


def _read(body: bytes) -> Answer:
    try:
        said = msgspec.json.decode(body, type=_Answered)
    except msgspec.DecodeError as error:
        raise NoAnswer("it is not of the form that was asked for") from error
    until = said.valid_until
    return Answer(
        said.verdict,
        said.reason_code,
        None if until is None else until * 1000,
        said.evidence_ref,
        # Of one kind or not: `answers` looks at that, as for everybody.
        cast(tuple[str, ...], said.value),
    )


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode().rstrip("=").lower()
