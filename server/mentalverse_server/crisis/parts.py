"""The crisis desk of a server: what is made, in which order it starts and ends.

    desk      decides every event, in the writer's first lane
    timers    let take effect what is due
    notices   hand each decision to whoever listens
    attached  reads who is in the conversations of cases, and who wrote
    departures  end the cases of accounts that are deleted
    pages     reach whoever is on call, until somebody has looked
    spool     keeps requests while the database is away
    canary    tries all of this, every minute
    persons   the calls of those who ask for help
    door      the one call for whoever is not signed in
    eligibility whether providers say that somebody may answer
    responders, board   the calls of those who answer, and what they look at
    locations where persons are, sealed until an override releases it
    overriding  the calls about overrides
    shifts    who means to be on duty when
    rota_watch  tells supervisors of hours without anybody
    overdue   counts follow-ups that nobody made in time
    supervising, duty_calls  drills and the log; test pages of a duty
    acknowledging  the links of pages, for people on call without an account
    policies  what is promised, and who changes it
    referring where somebody can go on getting help
    presence  whose devices are there

Without a desk (`crisis.mode = "off"`) there is none of this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from prometheus_client.registry import Collector

from mentalverse_crisis.policy import DEFAULT

from ..auth.rate_keys import RateKeys
from ..desk_timers import DeskTimers
from ..emergency_key import open_emergency_key
from ..ground import Ground, Rng
from ..hooks.providers import Providers
from ..publisher import Publisher
from ..services.desk import CrisisDesk
from ..services.guests import Guests
from ..services.identity import Identity
from ..store import policies
from ..store.desk_time import DeskTime
from ..transport import Transport
from . import settings
from .attached import Attached
from .board import Board
from .canary import Canary
from .clusters import Clusters
from .departures import Departures
from .desk_metrics import DeskMetrics
from .desk_notices import DeskNotices, duty_hint
from .desk_view import DeskViews
from .door import Door
from .duty_calls import DutyCalls
from .eligibility import Eligibility
from .glance import Glance
from .in_force import InForce
from .locations import Locations
from .notices import Notices
from .outside import ToldOutside
from .overdue import Overdue
from .override_notices import OverrideNotices
from .overrides import Overriding
from .pages.acknowledging import Acknowledging
from .pages.on_call import read_on_call
from .pages.parts import PageParts, make_paging
from .pages.tier_tests import tested_tiers
from .person import Persons
from .person_notices import PersonNotices
from .policies import Policies
from .presence import Presence
from .referring import Referring, read_services
from .responder import Responders
from .rota import Shifts
from .rota_watch import RotaWatch
from .spool import Spool
from .spool_alarm import SpoolAlarm
from .supervising import Supervising
from .team import Team
from .watch_metrics import WatchMetrics


@dataclass(frozen=True, slots=True)
class Crisis:
    """The desk and those who use it; made by `make_crisis`."""

    desk: CrisisDesk
    time: DeskTime
    timers: DeskTimers
    notices: Notices
    attached: Attached
    departures: Departures
    persons: Persons
    door: Door
    responders: Responders
    eligibility: Eligibility
    presence: Presence
    pages: PageParts
    desk_metrics: DeskMetrics
    spool: Spool
    canary: Canary
    rng: Rng
    locations: Locations
    overriding: Overriding
    shifts: Shifts
    supervising: Supervising
    duty_calls: DutyCalls
    acknowledging: Acknowledging
    rota_watch: RotaWatch
    overdue: Overdue
    policies: Policies
    in_force: InForce
    referring: Referring

    @property
    def metrics(self) -> tuple[Collector, ...]:
        """What Prometheus is told of it."""
        pages = self.pages.paging.counters
        watch = WatchMetrics(pages, self.spool, self.canary, self.overdue)
        return watch, self.desk_metrics

    @property
    def forgets(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """What belongs to a round of housekeeping."""
        return self.pages.forget, self.shifts.forget, self.canary.forget

    def on_committed(self, facts: Sequence[object]) -> None:
        """Of the writer: hints of what the desk has to look at."""
        self.attached.on_committed(facts)
        self.departures.on_committed(facts)

    async def start(
        self, transport: Transport, publisher: Publisher, stack: AsyncExitStack
    ) -> None:
        """Make the desk of a new database, listen, and let time pass.

        The writer runs already, and ends after all of this (`stack`).
        """
        connections = transport.connections
        self.notices.listen(self.in_force)
        self.notices.listen(PersonNotices(connections))
        self.notices.listen(self.attached)
        self.notices.listen(DeskNotices(connections, self.time.own_ms))
        self.notices.listen(self.presence)
        self.notices.listen(self.desk_metrics)
        self.notices.listen(OverrideNotices(connections))
        # Recorded with the decision: nothing is decided before these listen.
        self.notices.listen(self.locations)
        self.notices.listen(self.pages.paging)
        self.pages.duty_tests.listen(duty_hint(connections))
        stack.push_async_callback(self.pages.close)
        await self.pages.start()
        await self.desk.set_up(DEFAULT)
        self.policies.tells(connections)
        stack.push_async_callback(self.policies.close)
        await self.desk_metrics.start()
        await self.attached.start()
        stack.push_async_callback(self.attached.close)
        await self.departures.start()
        stack.push_async_callback(self.departures.close)
        await self.presence.start(transport)
        stack.push_async_callback(self.presence.close)
        await self.timers.start()
        stack.push_async_callback(self.timers.close)
        alarm = SpoolAlarm(
            connections, self.presence, self.pages, self.rng, self.in_force
        )
        await self.spool.start(self.door.take, alarm.kept, alarm.taken)
        stack.push_async_callback(self.spool.close)
        await self.eligibility.start()
        stack.push_async_callback(self.eligibility.close)
        await self.rota_watch.start(connections)
        stack.push_async_callback(self.rota_watch.close)
        await self.overdue.start()
        stack.push_async_callback(self.overdue.close)
        self.notices.listen(self.canary)
        await self.canary.start()
        stack.push_async_callback(self.canary.close)


async def make_crisis(
    ground: Ground, identity: Identity, guests: Guests, providers: Providers
) -> Crisis | None:
    """The desk that the settings ask for; None: nobody answers here.

    Raises:
        StartupError: it may not open yet; everything that is missing. Or the list of
            services cannot be read; names the entry and the field.
    """
    if ground.config.crisis.mode == "off":
        return None
    time = DeskTime(ground.clock)
    in_force = await _let_open(ground, time)
    database, writer = ground.database, ground.writer
    clock, rng = ground.clock, ground.rng
    notices = Notices()
    desk = CrisisDesk(writer, time, notices, ToldOutside(rng))
    clusters = Clusters(RateKeys(clock, rng), clock, in_force.cluster)
    attached = Attached(desk, database, writer)
    is_demo = ground.config.crisis.mode == "demo"
    glance = Glance()
    presence = Presence(desk, database, glance)
    timers = DeskTimers(desk, time)
    eligibility = Eligibility(providers, database, glance)
    team = Team(desk, database, glance, eligibility)
    eligibility.learned = team.look_again
    emergency_key = open_emergency_key(ground.config.server.data_dir, rng)
    locations = Locations(desk, database, emergency_key, rng)
    persons = Persons(desk, database, writer, time, clusters, attached, rng)
    every_seconds = ground.config.crisis.canary_seconds
    spool = Spool(ground.config.server.data_dir, ground.keyring)
    views = DeskViews(glance, time.now_ms, is_demo)
    pages = make_paging(ground, time, in_force)
    tests, states = pages.duty_tests, pages.tier_states
    now_ms, pending = time.now_ms, lambda: spool.pending
    board = Board(database, glance, now_ms, clock, is_demo, states, pending)
    return Crisis(
        desk=desk,
        time=time,
        timers=timers,
        notices=notices,
        attached=attached,
        departures=Departures(desk, database),
        persons=persons,
        door=Door(persons, guests, identity, time, spool),
        responders=Responders(
            desk,
            database,
            team,
            views,
            board,
            presence,
            tests,
            eligibility,
        ),
        eligibility=eligibility,
        presence=presence,
        pages=pages,
        desk_metrics=DeskMetrics(timers.counters, database, glance),
        spool=spool,
        canary=Canary(desk, database, writer, glance, time, rng, every_seconds),
        rng=rng,
        locations=locations,
        overriding=Overriding(desk, database, team, glance, time, locations),
        shifts=Shifts(database, writer, team, glance, time),
        supervising=Supervising(desk, database, team, persons, rng),
        duty_calls=DutyCalls(database, writer, time, team, views, tests, clock),
        acknowledging=Acknowledging(desk, database, writer, time),
        overdue=Overdue(database, time),
        rota_watch=RotaWatch(database, writer, glance, time, pages.paging),
        policies=Policies(
            database, writer, team, glance, time, in_force, ground.config.crisis
        ),
        in_force=in_force,
        referring=Referring(team, read_services(ground.config.server.data_dir)),
    )


async def _let_open(ground: Ground, time: DeskTime) -> InForce:
    """The policy in force, by which this desk may open. Raises `StartupError`."""
    in_force = InForce()
    in_force.saw(await ground.database.read_for_help(policies.in_force))
    on_call = read_on_call(ground.config.crisis.on_call)
    tested = await ground.database.read_for_help(
        lambda connection: tested_tiers(connection, on_call, time.now_ms(connection))
    )
    settings.require(ground.config.crisis, in_force.policy, tested)
    return in_force
