"""What of an event leaves for one endpoint, decided at each attempt.

| Tier | Content | Leaves |
|---|---|---|
| 0 | type, references, time, counts | always |
| 1 | minutes, kinds, levels, codes of rules | where the member agreed to the purpose |
| 2 | that a case or a complaint is in a state | the same, at the end of five minutes |
| 3 | content, answers, plans, scores, contact data | never: there is no field for it |

Every id becomes a pseudonym of the endpoint, that of the event too: two endpoints that
lay what they have side by side find nothing in common but policies and roots. Times are
cut to the second, those of tier 2 to five minutes, and what happened in a window is
sent at its end, since the moment of an attempt would tell what the rounding hides.
Pages are apart from that: whoever is on call has to know at once.

Consent is looked at when the body is made, not when the event happened. Who did not
agree is left out where others remain, and else nothing is sent: not even that something
is missing, since a gap in the events of a case tells of the case.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, Protocol

import msgspec
from msgspec import inspect

from .catalogue.accounting import Gap
from .catalogue.fields import WIRE_ID, WIRE_ID_CHARS, Data, Kind, Tier
from .catalogue.purposes import Purpose
from .catalogue.registry import EVENTS, EventType
from .delivery.schedule import WINDOW_MS
from .outward import MAX_BODY_BYTES, Rendered

NAME_KEY_BYTES = 32
DUTY = "duty"
GAP = "delivery.gap"
_CRISIS_WORDS = frozenset({"crisis", "emergency", "acute", "suicide", "safety"})
_FREE_KEY = re.compile("policy:[a-z0-9_-]{1,64}|ledger")
"""Keys that are the same for everybody."""
_GONE = re.compile(f"gone:({WIRE_ID})")
"""A name that is left of somebody who is deleted."""
_REVISION = re.compile("[0-9A-Za-z.-]{1,64}")


class Occurred(Protocol):
    """An event as it is stored, with our own ids."""

    @property
    def evt_id(self) -> bytes:
        """16 random octets."""

    @property
    def type(self) -> str:
        """Its name in the catalogue."""

    @property
    def key(self) -> str:
        """What it is in order with."""

    @property
    def data(self) -> dict[str, object]:
        """As the catalogue declares it."""

    @property
    def occurred_at_ms(self) -> int:
        """When it happened."""

    @property
    def tier(self) -> int:
        """Of what it tells; of a gap, that of the events that are missing."""

    @property
    def policy_rev(self) -> str | None:
        """The policy that it was decided by."""

    @property
    def drill(self) -> bool:
        """Whether it only practises."""


class Grants(Protocol):
    """Who agreed that what is told of them serves a purpose."""

    async def granted(
        self, accounts: Iterable[str], purpose: Purpose
    ) -> frozenset[str]:
        """Those of `accounts` who did, and still do."""


@dataclass(frozen=True, slots=True)
class Names:
    """Pseudonyms of one endpoint; its key signs nothing and is never changed."""

    key: bytes = field(repr=False)

    def of(self, kind: str, identifier: str) -> str:
        """26 characters of base32 that nobody else has for this id."""
        if gone := _GONE.fullmatch(identifier):
            return gone[1]
        octets = hmac.digest(self.key, f"{kind}\0{identifier}".encode(), "sha256")
        return base64.b32encode(octets).decode()[:WIRE_ID_CHARS]

    def of_event(self, evt_id: bytes) -> str:
        """`webhook-id` of an event."""
        return f"evt_{self.of('event', evt_id.hex())}"

    def of_key(self, key: str) -> str:
        """The key of a lane, its kind left readable."""
        if _FREE_KEY.fullmatch(key):
            return key
        if gone := _GONE.fullmatch(key):
            return f"account:{gone[1]}"
        kind, _, identifier = key.partition(":")
        return f"{kind}:{self.of(kind, identifier)}"


@dataclass(frozen=True, slots=True)
class Destination:
    """What decides how an event looks at an endpoint."""

    names: Names
    purpose: Purpose


class Withheld(Enum):
    """Why nothing is sent: the delivery is dropped."""

    NO_CONSENT = "no_consent"
    CRISIS = "crisis"
    """It would show that somebody was in one."""
    NOT_OF_CATALOGUE = "not_of_catalogue"
    """A defect of ours: the type is unknown, or the data has what it must not."""


def render(
    event: Occurred,
    to: Destination,
    lane_seq: int,
    subjects: Iterable[str],
    granted: frozenset[str],
    *,
    replay: bool = False,
) -> Rendered | Withheld:
    """The body of an event for one endpoint.

    `subjects` are the accounts that it is about, `granted` those who agreed to the
    endpoint's purpose.
    """
    spec = EVENTS.get(event.type)
    data = None if spec is None else _read(spec, event)
    if spec is None or data is None:
        return Withheld.NOT_OF_CATALOGUE
    if spec.tier is not Tier.SENSITIVE and tells_of_crisis(getattr(data, "kind", "")):
        return Withheld.CRISIS
    tier = max(spec.tier, Tier(event.tier), key=lambda each: each.value)
    asks = _asks(spec, data, tier, to.purpose)
    teller = _Teller(to, tier, granted if asks else None)
    told = teller.tell(data, _shape(type(data)))
    if told is _LEFT_OUT or (asks and not _may_leave(event, teller, subjects, granted)):
        return Withheld.NO_CONSENT
    seconds = _seconds(event.occurred_at_ms, tier, to.purpose)
    body = _envelope(event, spec, to.names, lane_seq, seconds, told, replay)
    if len(body) > MAX_BODY_BYTES:
        return Withheld.NOT_OF_CATALOGUE
    named = {each: to.names.of("account", each) for each in teller.present(event.key)}
    return Rendered(to.names.of_event(event.evt_id), body, named)


def tells_of_crisis(code: str) -> bool:
    """Whether the name of a kind or a rule says that somebody was in a crisis."""
    words = code.replace("_", ".").replace("-", ".").split(".")
    return not _CRISIS_WORDS.isdisjoint(words)


def _asks(spec: EventType, data: Data, tier: Tier, purpose: Purpose) -> bool:
    """Whether it takes anybody's consent."""
    if tier is Tier.OPERATIONS or spec.whatever_consent or spec.about_nobody:
        return False
    if isinstance(data, Gap) and data.withdrawn:
        return False
    return purpose is not Purpose.PAGING


def _may_leave(
    event: Occurred, teller: _Teller, subjects: Iterable[str], granted: frozenset[str]
) -> bool:
    """Whether everybody who is still in it agreed, and somebody did.

    What names nobody is about somebody all the same, but for drills. Of a gap it is
    enough that one agreed: with them, what is missing would have been told.
    """
    about = {*subjects, *teller.named, *_owner(event.key)}
    if not about:
        return event.drill
    if event.type == GAP:
        return not about.isdisjoint(granted)
    return about - teller.left_out <= granted and not about.isdisjoint(granted)


def _owner(key: str) -> tuple[str, ...]:
    """Whose key it is, if it is an account's."""
    kind, _, identifier = key.partition(":")
    return (identifier,) if kind == "account" else ()


def _read(spec: EventType, event: Occurred) -> Data | None:
    if event.policy_rev is not None and not _REVISION.fullmatch(event.policy_rev):
        return None
    try:
        return msgspec.convert(event.data, spec.data)
    except msgspec.ValidationError:
        return None


def _envelope(
    event: Occurred,
    spec: EventType,
    names: Names,
    lane_seq: int,
    seconds: int,
    told: object,
    replay: bool,
) -> bytes:
    whole: dict[str, object] = {
        "type": spec.name,
        "timestamp": datetime.fromtimestamp(seconds, UTC).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        ),
        "data": told,
        "id": names.of_event(event.evt_id),
        "key": names.of_key(event.key),
        "key_seq": lane_seq,
        "schema": spec.schema,
        "tier": spec.tier.value,
    }
    if event.policy_rev is not None:
        whole["policy_rev"] = event.policy_rev
    marks = {"replay": replay, "drill": event.drill}
    return msgspec.json.encode(whole | {name: True for name in marks if marks[name]})


def _seconds(moment_ms: int, tier: Tier, purpose: Purpose) -> int:
    if tier is Tier.SENSITIVE and purpose is not Purpose.PAGING:
        moment_ms -= moment_ms % WINDOW_MS
    return moment_ms // 1000


_LEFT_OUT = object()


@cache
def _shape(data: type[Data]) -> inspect.Type:
    return inspect.type_info(data)


class _Teller:
    """Walks the data of one event; remembers whom it named and whom it left out."""

    def __init__(
        self, to: Destination, tier: Tier, granted: frozenset[str] | None
    ) -> None:
        self.tier = tier
        self.named: set[str] = set()
        self.left_out: set[str] = set()
        self._to = to
        self._granted = granted

    def present(self, key: str) -> set[str]:
        """The accounts that are named in what was told, or by its key."""
        named = {*self.named, *_owner(key)} - self.left_out
        return {each for each in named if not _GONE.fullmatch(each)}

    def tell(self, value: Any, shape: inspect.Type) -> Any:
        """`value` as it leaves, or `_LEFT_OUT` if it names who did not agree."""
        match shape:
            case inspect.Metadata(type=inner, extra=extra):
                kind = (extra or {}).get("kind")
                if kind is None:
                    return self.tell(value, inner)
                return self._converted(value, kind, (extra or {}).get("of", ""))
            case inspect.UnionType(types=types):
                (inner,) = (t for t in types if not isinstance(t, inspect.NoneType))
                return self.tell(value, inner)
            case inspect.StructType(fields=fields):
                return self._struct(value, fields)
            case inspect.VarTupleType(item_type=item, min_length=least):
                return self._several(value, item, least or 0)
            case _:
                return value.value if isinstance(value, Enum) else value

    def _struct(self, value: Any, fields: tuple[inspect.Field, ...]) -> Any:
        told = {
            each.encode_name: self.tell(getattr(value, each.name), each.type)
            for each in fields
            if getattr(value, each.name) is not None
        }
        return _LEFT_OUT if _LEFT_OUT in told.values() else told

    def _several(self, values: Any, item: inspect.Type, least: int) -> Any:
        before = set(self.left_out)
        told = [self.tell(each, item) for each in values]
        kept = [each for each in told if each is not _LEFT_OUT]
        if len(kept) < least:
            self.left_out = before
            return _LEFT_OUT
        return kept

    def _converted(self, value: Any, kind: Kind, of: str) -> Any:
        names = self._to.names
        match kind:
            case Kind.REFERENCE:
                return self._reference(value, of)
            case Kind.RECEIPT:
                is_chain = self._to.purpose is Purpose.CHAIN
                return value if is_chain else names.of(of, value)
            case Kind.MOMENT:
                return _seconds(value, self.tier, self._to.purpose)
            case Kind.AMOUNT:
                return str(value)
            case Kind.EXPORT_CODE:
                return DUTY if tells_of_crisis(value) else value
            case Kind.KEY:
                return names.of_key(value)

    def _reference(self, value: str, of: str) -> Any:
        if of == "account":
            self.named.add(value)
            if self._granted is not None and value not in self._granted:
                self.left_out.add(value)
                return _LEFT_OUT
        return self._to.names.of(of, value)
