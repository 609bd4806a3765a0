"""After a new connection to Janus: find again what went on, or make anew what did not.

| Janus | its rooms and seats |
|---|---|
| is the start that `state` speaks of | every session is claimed; media never stopped |
| is another start | rooms are made again, empty; all seats are forgotten |

A seat whose session is not there any more is let go of. Sessions that were to be ended
while there was no connection are ended now: whoever was removed stays so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..driver import EngineLost, RoomSpec, SfuError
from .config_files import Secrets
from .line import PLUGIN, Line
from .messages import Participant
from .state import Room, State

MAX_PUBLISHERS = 16
"""Ten seats, a screen, and feeds that are not reaped yet; seats are counted by us."""
BITRATE = 800_000
"""Of one publisher: it covers both layers of a camera."""
_ID_BYTES = 16


async def claim(line: Line, state: State) -> list[tuple[Room, str]]:
    """Take over every session of the state; the seats that are gone."""
    seats = list(state.seats())
    sessions = [state.session, *(seat.session for _, _, seat in seats), *state.ending]
    found = await asyncio.gather(*(_claimed(line, each) for each in sessions))
    if not found[0]:
        await take_control(line, state)
    for session in state.ending:
        await end_session(line, session)
    state.ending.clear()
    kept = found[1 : 1 + len(seats)]
    return [
        (room, name)
        for (room, name, _), there in zip(seats, kept, strict=True)
        if not there
    ]


async def take_control(line: Line, state: State) -> None:
    """A session and a handle of the server's own, for what concerns whole rooms."""
    state.session = (await line.ask("create")).made
    attached = await line.ask("attach", session_id=state.session, plugin=PLUGIN)
    state.handle = attached.made


async def make_room(
    line: Line,
    state: State,
    secrets: Secrets,
    spec: RoomSpec,
    rng: Callable[[int], bytes],
) -> Room:
    """A room that nobody enters unsealed, under an id and a secret nobody is told."""
    room = Room(spec, rng(_ID_BYTES).hex(), rng(_ID_BYTES).hex())
    await line.tell_room(
        state.session,
        state.handle,
        {
            "request": "create",
            "admin_key": secrets.admin_key,
            "room": room.id,
            "secret": room.secret,
            "is_private": True,
            "publishers": MAX_PUBLISHERS,
            "require_e2ee": True,
            "audiocodec": "opus",
            "videocodec": "vp8",
            "bitrate": BITRATE,
        },
    )
    return room


async def participants(
    line: Line, control: tuple[int, int], room: Room
) -> tuple[Participant, ...]:
    """Who is in the room, as Janus says."""
    said = await line.tell_room(
        *control, {"request": "listparticipants", "room": room.id}
    )
    return said.said.participants


async def remove_room(line: Line, state: State, room: Room) -> None:
    """End the room; it does not matter whether it is still there."""
    try:
        await line.tell_room(
            state.session,
            state.handle,
            {"request": "destroy", "room": room.id, "secret": room.secret},
        )
    except EngineLost:
        raise
    except SfuError:
        return


async def end_session(line: Line, session: int) -> None:
    """End whatever a seat holds; it does not matter whether it is still there."""
    try:
        await line.ask("destroy", session_id=session)
    except EngineLost:
        raise
    except SfuError:
        return


async def _claimed(line: Line, session: int) -> bool:
    try:
        await line.ask("claim", session_id=session)
    except EngineLost:
        raise
    except SfuError:
        return False
    return True
