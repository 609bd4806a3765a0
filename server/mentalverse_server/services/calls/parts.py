"""The calls of a server: what is made, and in which order it starts and ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from prometheus_client.registry import Collector

from mentalverse_signaling.calls.kinds import Kind, read_kinds, registry
from mentalverse_signaling.errors import BadRequest

from ...errors import StartupError
from ...ground import Ground
from ...hooks.providers import Providers
from ...media.parts import make_engines
from ...media.turn_secrets import open_relay
from ...owner_files import read_file
from ...store import call_sessions
from ...store import calls as store
from ...store.desk_time import DeskTime
from ...store.transaction import Transaction
from ...store.writer import WriterLane
from ...transport import Transport
from ..directory import Directory
from .access import Access
from .agreements import Agreements, read_agreements
from .aside import Around
from .carrier import NoticesOut
from .echo import Echo
from .feedback import Feedback, sealed_by
from .joining import Joining
from .licences import Licences
from .media import Media
from .metrics import CallMetrics
from .opening import Opening
from .receipts import Receipts
from .rooms import Rooms
from .routes import Routes
from .seated import Seated
from .sessions import Planning
from .starting import Starting
from .stepping_out import SteppingOut
from .watch import Watch

DAY_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class CallParts:
    """The services of calls; made by `make_calls`."""

    rooms: Rooms
    access: Access
    agreements: Agreements
    opening: Opening
    joining: Joining
    seated: Seated
    media: Media
    echo: Echo
    around: Around
    routes: Routes
    planning: Planning
    feedback: Feedback
    receipts: Receipts
    stepping_out: SteppingOut
    watch: Watch
    metrics: Collector
    forget: Callable[[], Awaitable[None]]
    """What belongs to a round of housekeeping."""

    def on_committed(self, facts: Sequence[object]) -> None:
        """Of the writer: which groups have changed."""
        self.watch.on_committed(facts)

    async def start(
        self, transport: Transport, directory: Directory, stack: AsyncExitStack
    ) -> None:
        """Take over the calls that were open; ends before the writer (`stack`)."""
        notices = NoticesOut(transport.connections, directory, self.access, self.media)
        self.rooms.carrier = notices
        self.rooms.follow = self.watch.follow
        self.planning.tell = notices.tell_conversation
        await self.rooms.load()
        stack.push_async_callback(self.rooms.close)
        await self.media.start()
        stack.push_async_callback(self.media.close)
        self.echo.start()
        stack.push_async_callback(self.echo.close)
        await self.watch.start()
        stack.push_async_callback(self.watch.close)


def make_calls(ground: Ground, directory: Directory, providers: Providers) -> CallParts:
    """The services of calls.

    Raises:
        StartupError: the operator's kinds of sessions or agreements cannot be read.
        ConfigError: a relay is named and its secret cannot be read.
    """
    settings, database, writer = ground.config.calls, ground.database, ground.writer
    rooms = Rooms(database, writer, DeskTime(ground.clock))
    access = Access(open_relay(ground.config), ground.rng, lambda: rooms.now_ms)
    agreements = read_agreements(settings.agreements)
    kinds = registry(_own_kinds(ground))
    seated = Seated(rooms, database, access)
    engines = make_engines(ground.config, ground.rng, ground.clock.monotonic)
    media = Media(engines, rooms, seated)
    is_licensed = settings.facilitators_are_licensed
    starting = Starting(database, providers, facilitators_are_licensed=is_licensed)
    opening = Opening(
        rooms, database, writer, access, kinds, agreements, ground.rng, media, starting
    )
    echo = Echo(media, ground.rng, lambda: rooms.now_ms)
    watch = Watch(rooms, directory)
    receipts = Receipts(rooms, writer)
    sealed = sealed_by(ground.keyring, ground.rng)
    feedback = Feedback(writer, sealed, lambda: rooms.now_ms)
    return CallParts(
        rooms=rooms,
        access=access,
        agreements=agreements,
        opening=opening,
        joining=Joining(
            rooms,
            database,
            access,
            ground.rng,
            Licences(providers),
        ),
        seated=seated,
        echo=echo,
        media=media,
        around=Around(
            rooms, database, writer, access, opening, seated, ground.clock, echo
        ),
        routes=Routes(rooms, database, writer, opening),
        planning=Planning(database, writer, kinds, ground.rng, lambda: rooms.now_ms),
        feedback=feedback,
        receipts=receipts,
        stepping_out=SteppingOut(rooms),
        watch=watch,
        metrics=CallMetrics(rooms, watch),
        forget=partial(_tidy, ground, rooms, receipts, feedback),
    )


def _own_kinds(ground: Ground) -> tuple[Kind, ...]:
    path = ground.config.calls.kinds_file
    if path is None:
        return ()
    try:
        return read_kinds(read_file(path))
    except BadRequest as error:
        raise StartupError(f"{path}: {error.detail}") from None


async def _tidy(
    ground: Ground, rooms: Rooms, receipts: Receipts, feedback: Feedback
) -> None:
    """Settle what nobody signs any more; delete what is old of calls and checks."""
    await receipts.settle_late()
    before_ms = rooms.now_ms - ground.config.calls.keep_days * DAY_MS

    def script(transaction: Transaction) -> None:
        store.forget(transaction.connection, before_ms)
        call_sessions.forget_checks(transaction.connection, before_ms)
        feedback.forget(transaction.connection)

    await ground.writer.run(script, lane=WriterLane.OTHER)
