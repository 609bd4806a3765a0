"""Kinds of fields of an event's data, and what each becomes on its way out.

| Kind | Inside | Outside |
|---|---|---|
| reference | our own id | a pseudonym of this endpoint |
| moment | milliseconds since 1970 | seconds; of tier 2 at most every five minutes |
| receipt | a hash, 64 hexadecimal digits | a pseudonym, but for purpose `chain` |
| amount | an integer | a decimal string, since it may pass 2^53 |
| code, count, flag, hash | the same | the same |

No kind takes free text, a name, an e-mail address or a score.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Final

from msgspec import Meta, Struct

WIRE_ID_CHARS: Final = 26
WIRE_ID: Final = f"[A-Z2-7]{{{WIRE_ID_CHARS}}}"
WIRE_KEY: Final = f"[a-z]+:{WIRE_ID}|policy:[a-z0-9_-]+|ledger"
MAX_MINUTES: Final = 31 * 24 * 60
MAX_PARTIES: Final = 64


class Kind(Enum):
    """What a field is, where that changes it on its way out."""

    REFERENCE = "reference"
    MOMENT = "moment"
    RECEIPT = "receipt"
    AMOUNT = "amount"
    EXPORT_CODE = "export_code"
    KEY = "key"


def _marked(pattern: str, outside: str, **extra: object) -> Meta:
    """A string: how it looks inside, and `outside` where it is sent as it is."""
    return Meta(
        pattern=rf"^(?:{pattern})\Z",
        extra={"outside": {"type": "string", "pattern": f"^({outside})$"}, **extra},
    )


def _reference(of: str) -> Meta:
    inside = "[0-9A-Za-z][0-9A-Za-z_:.-]{0,127}"
    return _marked(inside, WIRE_ID, kind=Kind.REFERENCE, of=of)


def _plain(pattern: str) -> Meta:
    return _marked(pattern, pattern)


_CODE = "(?!a[0-9]+$)[a-z][a-z0-9_.-]{0,47}"
"""Never a band of triage (`a0` …)."""
_HASH = "[0-9a-f]{64}"
_STATUS = "[0-9a-z-]{1,64}/[0-9]{1,10}"
"""A list and a place in it."""

AccountRef = Annotated[str, _reference("account")]
RelationshipRef = Annotated[str, _reference("relationship")]
CaseRef = Annotated[str, _reference("case")]
ShiftRef = Annotated[str, _reference("shift")]
GoalRef = Annotated[str, _reference("goal")]
SourceRef = Annotated[str, _reference("source")]
StatusRef = Annotated[
    str, _marked(_STATUS, f"{WIRE_ID}|{_STATUS}", kind=Kind.RECEIPT, of="status")
]
"""Where a credential stands in its status list."""
ReceiptHash = Annotated[
    str, _marked(_HASH, f"{WIRE_ID}|{_HASH}", kind=Kind.RECEIPT, of="receipt")
]
GlobalHash = Annotated[str, _plain(_HASH)]
"""The same everywhere: of a policy, a root or a summary, never of a person's."""
Signature = Annotated[str, _plain("[A-Za-z0-9+/]{86}==")]
Code = Annotated[str, _plain(_CODE)]
"""A name out of data that the operator keeps: of a kind, a module, an instrument."""
ExportCode = Annotated[str, _marked(_CODE, _CODE, kind=Kind.EXPORT_CODE)]
"""The name of a rule; one that would tell of a crisis leaves as `duty`."""
LaneKey = Annotated[
    str, _marked(r"[a-z]+(?::[0-9A-Za-z_.-]{1,128})?", WIRE_KEY, kind=Kind.KEY)
]
Revision = Annotated[str, _plain("[0-9A-Za-z][0-9A-Za-z.-]{0,63}")]
Moment = Annotated[
    int,
    Meta(
        ge=0,
        extra={"kind": Kind.MOMENT, "outside": {"type": "integer", "minimum": 0}},
    ),
]
"""Outside, seconds since 1970."""
MicroMvt = Annotated[
    int,
    Meta(
        extra={
            "kind": Kind.AMOUNT,
            "outside": {"type": "string", "pattern": "^-?(0|[1-9][0-9]{0,30})$"},
        },
    ),
]
Minutes = Annotated[int, Meta(ge=0, le=MAX_MINUTES)]
Count = Annotated[int, Meta(ge=0, le=10**9)]
Level = Annotated[int, Meta(ge=0, le=5)]
"""0 for none, then Basic to Leader."""


class Tier(Enum):
    """How near to a person a fact is (hooks design §5)."""

    OPERATIONS = 0
    MEMBER = 1
    SENSITIVE = 2


class Data(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every event's data is: closed."""


class Role(Enum):
    """As whom somebody took part."""

    MENTEE = "mentee"
    MENTOR = "mentor"
    FACILITATOR = "facilitator"
    PROFESSIONAL = "professional"
    PARTICIPANT = "participant"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    SERVER = "server"
    """Nobody: a time that ran out."""
