"""What people share in a conversation, as it is now: appointments, goals and notes, the
lines of a safety plan, answers to screening questions.

Of each the last content in the order of the log holds, whoever of the members sent it.
Which one is last does not hang on when it is read, so rows of an archive, which come
later than those that follow them, lead to the same page.

A page has a bound: of each kind the 32 that were changed last, of the lines of a safety
plan 128. What was removed or cancelled counts, or an archive could bring it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from mentalverse_crypto import content as contents
from mentalverse_crypto.content import Content, Unknown
from mentalverse_crypto.safety_plan import PlanChange, pieces

from .messages import Origin
from .planned import PLANNED, Planned, identity_of
from .records import Record, load, save
from .vault import Transaction, Vault

MOST = 32
"""Of each kind: what was changed last."""
MOST_OF: Mapping[str, int] = {PlanChange.type: 128}
"""Of kinds that hold many small things."""
_SPACE = "session_page"


class Entry(Record, frozen=True):
    """What holds of one thing that is shared."""

    identity: str
    seq: int
    """The row that said it."""
    since: int
    """The first row that was about it, of those that were read."""
    account: str
    content: bytes

    def __repr__(self) -> str:
        return f"Entry(seq={self.seq})"


class _Page(Record, frozen=True):
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """An entry, read."""

    body: Planned
    entry: Entry


def planned(content: Content | Unknown) -> Planned | None:
    """The body of a content of this page; None for every other."""
    if isinstance(content, Content) and isinstance(content.body, PLANNED):
        return content.body
    return None


def take(
    vault: Vault, write: Transaction, body: Planned, data: bytes, origin: Origin
) -> Planned | None:
    """Put a content on the page unless a later one is there; what held until then."""
    entries = (load(vault, _Page, _SPACE, origin.conversation) or _Page()).entries
    before = None
    for piece, content in single(body, data):
        entries, before = _taken(entries, piece, content, origin)
    save(write, _SPACE, _Page(entries=_bounded(entries)), origin.conversation)
    return before


def single(body: Planned, data: bytes) -> list[tuple[Planned, bytes]]:
    """A content as contents about one thing each."""
    if not isinstance(body, PlanChange):
        return [(body, data)]
    content = contents.decode(data)
    if not isinstance(content, Content):
        raise ValueError("the session page was given something else")
    return [
        (piece, contents.encode(Content(content.id, content.at_ms, piece)))
        for piece in pieces(body)
    ]


def _taken(
    entries: tuple[Entry, ...], body: Planned, data: bytes, origin: Origin
) -> tuple[tuple[Entry, ...], Planned | None]:
    identity = identity_of(body)
    known = next((each for each in entries if each.identity == identity), None)
    since = origin.seq if known is None else min(known.since, origin.seq)
    entry = Entry(
        identity=identity,
        seq=origin.seq,
        since=since,
        account=origin.account,
        content=data,
    )
    if known is not None and known.seq >= entry.seq:
        kept, before = msgspec.structs.replace(known, since=since), None
    else:
        kept, before = entry, None if known is None else _body(known)
    others = (each for each in entries if each is not known)
    return (*others, kept), before


def rewind(vault: Vault, write: Transaction, conversation: str, head: int) -> None:
    """The server's log ends here again: what comes next is later than all there is."""
    page = load(vault, _Page, _SPACE, conversation)
    if page is not None:
        entries = tuple(
            msgspec.structs.replace(each, seq=min(each.seq, head))
            for each in page.entries
        )
        save(write, _SPACE, _Page(entries=entries), conversation)


def held(vault: Vault, conversation: str) -> list[Held]:
    """Everything on the page."""
    page = load(vault, _Page, _SPACE, conversation) or _Page()
    return [Held(_body(entry), entry) for entry in page.entries]


def _bounded(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    ordered = sorted(entries, key=lambda entry: entry.seq)
    kinds: dict[str, list[Entry]] = {}
    for entry in ordered:
        kinds.setdefault(entry.identity.partition("/")[0], []).append(entry)
    kept = {
        entry.identity
        for kind, found in kinds.items()
        for entry in found[-MOST_OF.get(kind, MOST) :]
    }
    return tuple(entry for entry in ordered if entry.identity in kept)


def _body(entry: Entry) -> Planned:
    body = planned(contents.decode(entry.content))
    if body is None:
        raise ValueError("the session page holds something else")
    return body
