"""Strings that must not leave, endpoints of every sort, and a look at all they got."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import select

from mentalverse_server.hooks.catalogue.fields import Tier
from mentalverse_server.hooks.catalogue.purposes import Purpose
from mentalverse_server.hooks.catalogue.registry import EVENTS
from mentalverse_server.store.endpoints import EndpointRow
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.tables import metadata

from .hook_receiver import Hook
from .outbox import endpoint

CANARY = "canaryqx"
"""In whatever a person writes or seals."""
PAYLOAD = f"{CANARY} my name is on no list".encode()
WINDOW_SECONDS = 300
_OWN_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_WIRE_ID = re.compile(rb"(?<![A-Z2-7])[A-Z2-7]{26}(?![A-Z2-7])")


@dataclass(frozen=True)
class Place:
    """An endpoint, and what it may hear at most."""

    row: EndpointRow
    path: str

    @property
    def purpose(self) -> Purpose:
        return self.row.purpose

    @property
    def is_of_members(self) -> bool:
        """Whether it takes their consent."""
        return self.purpose is not Purpose.PAGING


def places(url: str) -> list[Place]:
    """An endpoint of each purpose and each tier; and one that hears of drills."""
    found = []
    for purpose, tier in product(Purpose, Tier):
        path = f"/{purpose.value}/{tier.value}"
        found.append(_place(url, path, purpose, tier.value))
    drills = _place(url, "/drills", Purpose.AUDIT, Tier.SENSITIVE.value, drills=True)
    return [*found, drills]


def _place(url: str, path: str, purpose: Purpose, tier: int, **more: Any) -> Place:
    fields = {"url": url + path, "purpose": purpose, "max_tier": tier, **more}
    row = endpoint(**fields)
    return Place(endpoint(**{**fields, "id": row.id, "signing_key": row.id}), path)


def forms(text: str) -> set[bytes]:
    """A text as it could stand in a body: also sealed in another way of writing."""
    octets = text.encode()
    whole = {octets, octets.upper(), octets.hex().encode()}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + octets)
        begin = -(-shift * 8 // 6)
        whole.add(coded[begin : (shift + len(octets)) * 8 // 6])
        whole.add(base64.b32encode(b"\0" * shift + octets)[8 * (shift > 0) : -8])
    return {each for each in whole if len(each) >= len(octets)}


def canaries(hooks: Iterable[Hook]) -> list[str]:
    """The paths at which something came that a person wrote."""
    looked_for = forms(CANARY)
    return [hook.path for hook in hooks if any(form in hook.raw for form in looked_for)]


def own_ids(connection: Connection) -> set[str]:
    """Every id that the server has of anything, wherever it stands."""
    found: set[str] = set()
    for table in metadata.tables.values():
        for row in connection.execute(select(table)):
            for value in row:
                if isinstance(value, str):
                    found.update(_OWN_ID.findall(value))
    return found


def own_ids_in(hooks: Iterable[Hook], known: set[str]) -> list[tuple[str, str]]:
    """What came of our own ids, and where."""
    return [
        (hook.path, each)
        for hook in hooks
        for each in _OWN_ID.findall(hook.raw.decode("latin-1"))
        if each in known
    ]


def joined(hooks: Iterable[Hook]) -> list[tuple[str, str, str]]:
    """Names and hashes that two endpoints have in common, with both."""
    first: dict[str, str] = {}
    found = []
    for hook in hooks:
        for each in {*_WIRE_ID.findall(hook.raw), *_hashes(hook)}:
            name = each.decode()
            other = first.setdefault(name, hook.path)
            if other != hook.path:
                found.append((name, other, hook.path))
    return found


def finer_than_a_window(hooks: Iterable[Hook]) -> list[Hook]:
    """Those of tier 2 that tell, or were sent at, a moment within their window."""
    return [hook for hook in hooks if _is_finer(hook)]


def _is_finer(hook: Hook) -> bool:
    if tier_of(hook) < Tier.SENSITIVE.value:
        return False
    stamp = hook.body["timestamp"]
    minutes, seconds = int(stamp[14:16]), int(stamp[17:19])
    return bool(minutes % 5 or seconds)


def tier_of(hook: Hook) -> int:
    """Of what it tells."""
    return EVENTS[hook.body["type"]].tier.value


def _hashes(hook: Hook) -> Iterator[bytes]:
    """Hashes of receipts: those of policies and roots are the same everywhere."""
    value = hook.body["data"].get("receipt_hash")
    if isinstance(value, str):
        yield value.encode()
