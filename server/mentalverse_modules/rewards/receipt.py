"""How an amount came to be, so that whoever holds it can compute it again.

A receipt has the fact without any id, the points, the bonuses, the terms of the budget
and the result. Whose it is and which event it is of stand in it as one commitment under
a salt of its own, which also keeps its hash from being guessed. Its hash is SHA-256
over a label and the canonical octets. `flaws` needs the receipt and the pack alone.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from .budget import Claim, Share, Terms, may_be
from .canonical import canonical, digest, parsed
from .documents import pack_hash
from .errors import MalformedPack, MalformedReceipt
from .facts import Fact
from .packs import Pack
from .rules import Refused, Scored, evaluate

SALT_BYTES = 32
CAPPED = "cap"
"""Why nothing is paid for a fact that passed every gate."""
_LABEL = "MentalVerse reward receipt v1"
_SUBJECT = "MentalVerse reward subject v1"
_AMOUNT = "_micro"
"""Fields that end so are decimal digits in the document."""


class Receipt(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """What one fact gave one person, and why."""

    v: Literal[1]
    pack: str
    rev: int
    pack_hash: str
    rule: str
    export_as: str
    epoch: str
    fact: Fact
    """Without its ids."""
    scored: Scored | None = None
    reason: str = ""
    """Why nothing is paid: a gate, or `CAPPED`."""
    terms: Terms | None = None
    paid_micro: int = 0
    owed_micro: int = 0
    subject: str
    salt: str


def bare(fact: Fact) -> Fact:
    """A fact without what tells who and which."""
    return replace(fact, evt_id="", beneficiary="", pair="", item="")


def subject(salt: bytes, fact: Fact) -> str:
    """The commitment to whose receipt it is, and of which event."""
    return digest(_SUBJECT, salt, fact.evt_id.encode(), fact.beneficiary.encode())


def receipt_bytes(receipt: Receipt) -> bytes:
    """The canonical octets; `read_receipt` gives the same receipt."""
    return canonical(_texts(msgspec.to_builtins(receipt)))


def receipt_hash(receipt: Receipt) -> str:
    """What the ledger names it by."""
    return digest(_LABEL, receipt_bytes(receipt))


def read_receipt(octets: bytes) -> Receipt:
    """The receipt of a document.

    Raises:
        MalformedReceipt: it is none.
    """
    try:
        return msgspec.convert(_amounts(parsed(octets)), Receipt)
    except (MalformedPack, msgspec.ValidationError) as error:
        raise MalformedReceipt(str(error)) from None


def flaws(receipt: Receipt, pack: Pack) -> tuple[str, ...]:
    """What does not come out the same when it is computed again, by field."""
    if receipt.pack_hash != pack_hash(pack):
        return ("pack_hash",)
    rule = pack.rule(receipt.rule)
    if rule is None:
        return ("rule",)
    found = [
        name
        for name, said, known in (
            ("pack", receipt.pack, pack.name),
            ("rev", receipt.rev, pack.rev),
            ("export_as", receipt.export_as, rule.export_as),
        )
        if said != known
    ]
    judged = evaluate(pack, rule, receipt.fact)
    if isinstance(judged, Refused):
        if receipt.scored is not None or receipt.reason != judged.reason:
            found.append("reason")
    elif receipt.scored != judged:
        found.append("scored")
    return (*found, *_amount_flaws(receipt))


def _amount_flaws(receipt: Receipt) -> tuple[str, ...]:
    scored, terms = receipt.scored, receipt.terms
    if scored is None or receipt.reason:
        if scored is not None and receipt.reason != CAPPED:
            return ("reason",)
        is_nothing = not (receipt.paid_micro or receipt.owed_micro or terms)
        return () if is_nothing else ("paid_micro",)
    if terms is None:
        return ("terms",)
    got = Share(receipt.paid_micro, receipt.owed_micro)
    claim = Claim(scored.floor_micro, scored.micro)
    return () if may_be(claim, terms, got) else ("paid_micro",)


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: str(one) if name.endswith(_AMOUNT) else _texts(one)
            for name, one in value.items()
            if one is not None
        }
    if isinstance(value, list | tuple):
        return [_texts(one) for one in value]
    return value


def _amounts(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _amount(one) if name.endswith(_AMOUNT) else _amounts(one)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_amounts(one) for one in value]
    return value


def _amount(value: Any) -> int:
    text = value if isinstance(value, str) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 30):
        raise MalformedReceipt("an amount is decimal digits in a string")
    if text != str(int(text)):
        raise MalformedReceipt("an amount has no zeros before it")
    return int(text)
