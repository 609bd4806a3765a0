"""A talk of a real server in which somebody has to be helped without their consent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from mentalverse_crypto.sealed_location import Address, SealedLocation, seal_location
from mentalverse_signaling.override_events import (
    LocationKept,
    LocationReleased,
    Overrides,
    OverrideView,
)
from support.crisis_wire import Line, Wire

CANARY = "17 Larkspur Terrace, third door"
"""An address that must be found nowhere."""


@dataclass
class Scene:
    """Somebody talks with a person; two supervisors and a colleague are there."""

    wire: Wire
    person: Line
    holder: Line
    lead: Line
    other: Line
    colleague: Line
    case: str

    async def seals(self, where: str = CANARY) -> SealedLocation:
        """The person's device seals where they are."""
        sealed = seal_location(Address(where, 1), bytes.fromhex(self.case), os.urandom)
        kept = await self.person.call(
            "location.seal",
            case=self.case,
            envelope=sealed.envelope,
            key_half=sealed.desk_half,
        )
        assert isinstance(kept, LocationKept) and kept.until is not None
        return sealed

    async def opens(self, by: Line | None = None, **more: Any) -> OverrideView:
        """An override, by the holder unless somebody else is said."""
        return newest(
            await (by or self.holder).call("override.open", **self.asked(), **more)
        )

    def asked(self, **more: Any) -> dict[str, Any]:
        """What `override.open` takes."""
        return {
            "request": "7" * 32,
            "case": self.case,
            "basis": "vital_interests",
            "statement_hash": "5" * 64,
            "released_hash": "6" * 64,
            "to": "ambulance",
            "person_informed": True,
        } | more

    async def released(self) -> OverrideView:
        """An override to which a supervisor has agreed."""
        opened = await self.opens()
        return newest(await self.lead.call("override.cosign", override=opened.override))

    async def takes(
        self, override: OverrideView, by: Line | None = None
    ) -> LocationReleased:
        """`location.get`."""
        found = await (by or self.holder).call(
            "location.get", override=override.override
        )
        assert isinstance(found, LocationReleased)
        return found

    async def closes(self) -> None:
        """The holder ends the talk and sums it up; nothing more is agreed on."""
        fence = (await self.holder.own(self.case)).fence
        await self.holder.call("case.end", case=self.case, fence=fence)
        await self.holder.call(
            "case.wrap_up",
            case=self.case,
            fence=fence,
            outcome="completed",
            follow_up="declined",
        )


def newest(answer: Any) -> OverrideView:
    assert isinstance(answer, Overrides)
    return answer.overrides[-1]


async def scene(wire: Wire) -> Scene:
    """Everybody is there, and somebody talks."""
    lead, other = await wire.supervisor("lead"), await wire.supervisor("other")
    for supervisor in (lead, other):
        await supervisor.desk()
    holder = await wire.responder("ann")
    person = await wire.person()
    case = (await person.asks(band=0)).case
    await holder.accepts(await holder.offered())
    await wire.talks(person, holder, case)
    colleague = await wire.responder("bob")
    return Scene(wire, person, holder, lead, other, colleague, case)


def rows(folder: Path) -> list[tuple[str, bytes, bytes]]:
    """What rests of sealed locations, read beside the server."""
    engine = create_engine(f"sqlite:///{database(folder)}")
    query = 'SELECT "case", envelope, key_half FROM crisis_locations'
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def database(folder: Path) -> Path:
    [found] = (folder / "data").glob("*.db")
    return found


def octets(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a server, by its name."""
    for path in sorted((folder / "data").rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
