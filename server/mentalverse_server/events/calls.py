"""Calls, circles and recordings: who asks, and which service answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mentalverse_signaling import call_events as c
from mentalverse_signaling import circle_events as r
from mentalverse_signaling import feed_events as f
from mentalverse_signaling import recording_events as rec
from mentalverse_signaling import route_events as w
from mentalverse_signaling.attendance_events import (
    AttendanceAttest,
    AttendanceFetch,
    AttendanceView,
)
from mentalverse_signaling.events import Empty
from mentalverse_signaling.fields import Fact, Payload
from mentalverse_signaling.roster_events import CallJoined, Roster

from ..router import Handler
from ..services.calls import seated as shown
from ..services.calls.asked import ASKED
from ..services.calls.parts import CallParts
from ..services.calls.rooms import Room
from ..transport.connections import Connection

_SHOWN: Mapping[str, Callable[[Room, Connection], Fact]] = {
    "call.beat": lambda room, _: c.CallSeq(room.call.seq),
    "hand.raise": shown.shown_hand,
    "phase.advance": lambda room, _: shown.shown_phase(room),
    "phase.extend": lambda room, _: shown.shown_phase(room),
    "piece.start": lambda room, _: shown.shown_piece(room),
    "recording.request": lambda room, _: shown.shown_recording(room),
    "recording.withdraw": lambda room, _: shown.shown_recording(room),
    "recording.start": lambda room, _: shown.shown_recording(room),
    "recording.stop": lambda room, _: shown.shown_recording(room),
}
"""What is answered to those that are answered with more than that it worked."""


def handlers(parts: CallParts) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""
    return {
        **{event: _seated(parts, event) for event in ASKED},
        **_before(parts),
        **_inside(parts),
        **_feeds(parts),
    }


def _seated(parts: CallParts, event: str) -> Handler:
    show = _SHOWN.get(event, _that_it_worked)

    async def handle(connection: Connection, payload: Payload) -> Fact:
        return show(await parts.seated.ask(connection, event, payload), connection)

    return handle


def _that_it_worked(room: Room, connection: Connection) -> Fact:
    return Empty()


def _before(parts: CallParts) -> Mapping[str, Handler]:
    async def check(n: Connection, payload: c.CallCheck) -> c.CallCheckView:
        return await parts.around.check(n, payload)

    async def record(n: Connection, payload: c.CheckRecord) -> Empty:
        await parts.around.record(n.principal, payload)
        return Empty()

    async def start(n: Connection, payload: c.CallStart) -> c.CallView:
        return await parts.opening.start(n.principal, payload)

    async def list_(n: Connection, payload: c.CallList) -> c.Calls:
        return await parts.around.list(n.principal)

    async def route(n: Connection, payload: w.RouteFetch) -> w.RouteView:
        return await parts.routes.fetch(n.principal, payload.conversation)

    async def set_route(n: Connection, payload: w.RouteSet) -> w.RouteView:
        return await parts.routes.set(n.principal, payload)

    async def decline(n: Connection, payload: c.CallDecline) -> Empty:
        await parts.around.decline(n.principal, payload)
        return Empty()

    async def join(n: Connection, payload: c.CallJoin) -> CallJoined:
        return await parts.joining.join(n, payload)

    async def resume(n: Connection, payload: c.CallResume) -> CallJoined:
        return await parts.joining.resume(n, payload)

    return {
        "call.check": check,
        "check.record": record,
        "call.start": start,
        "call.list": list_,
        "call.decline": decline,
        "route.fetch": route,
        "route.set": set_route,
        "call.join": join,
        "call.resume": resume,
    }


def _inside(parts: CallParts) -> Mapping[str, Handler]:
    async def leave(n: Connection, payload: c.CallLeave) -> Empty:
        if payload.elsewhere:
            await parts.seated.leave_elsewhere(n, payload.call)
        else:
            await parts.seated.ask(n, "call.leave", payload)
        return Empty()

    async def attach(n: Connection, payload: c.CallAttach) -> Empty:
        await parts.seated.attach(n, payload)
        return Empty()

    async def roster(n: Connection, payload: c.RosterFetch) -> Roster:
        return await parts.seated.roster(n, payload.call)

    async def attendance(n: Connection, payload: AttendanceFetch) -> AttendanceView:
        return await parts.around.attendance(n.principal, payload)

    async def attest(n: Connection, payload: AttendanceAttest) -> Empty:
        await parts.receipts.attest(n.principal, payload)
        return Empty()

    async def access(n: Connection, payload: c.IceRefresh) -> c.IceAccess:
        return await parts.seated.access(n, payload.call)

    async def side(n: Connection, payload: r.SideOpen) -> r.SideView:
        return await parts.around.open_side(n, payload)

    async def consent(
        n: Connection, payload: rec.RecordingConsent
    ) -> rec.RecordingView:
        return await parts.seated.consent(n, payload)

    return {
        "call.leave": leave,
        "call.attach": attach,
        "roster.fetch": roster,
        "attendance.fetch": attendance,
        "attendance.attest": attest,
        "ice.refresh": access,
        "side.open": side,
        "recording.consent": consent,
    }


def _feeds(parts: CallParts) -> Mapping[str, Handler]:
    media, echo = parts.media, parts.echo

    async def publish(n: Connection, payload: f.FeedPublish) -> f.FeedAnswered:
        if echo.holds(payload.call):
            return await echo.publish(n, payload)
        return await media.publish(n, payload)

    async def subscribe(n: Connection, payload: f.FeedSubscribe) -> f.FeedOffer:
        if echo.holds(payload.call):
            return await echo.subscribe(n, payload)
        return await media.subscribe(n, payload.call, add=payload.feeds, drop=())

    async def unsubscribe(n: Connection, payload: f.FeedUnsubscribe) -> f.FeedOffer:
        return await media.subscribe(n, payload.call, add=(), drop=payload.feeds)

    async def answer(n: Connection, payload: f.FeedAnswer) -> Empty:
        await (echo if echo.holds(payload.call) else media).answer(n, payload)
        return Empty()

    async def trickle(n: Connection, payload: f.FeedTrickle) -> Empty:
        await (echo if echo.holds(payload.call) else media).trickle(n, payload)
        return Empty()

    async def select_layer(n: Connection, payload: f.FeedSelectLayer) -> Empty:
        await media.select_layer(n, payload)
        return Empty()

    async def pause(n: Connection, payload: f.FeedPause) -> Empty:
        await media.pause(n, payload)
        return Empty()

    async def restart(n: Connection, payload: f.FeedRestart) -> f.FeedPath:
        return await media.restart(n, payload)

    async def confirm(n: Connection, payload: c.KeyConfirm) -> Empty:
        room = await parts.seated.ask(n, "key.confirm", payload)
        await media.resume(room, n.account)
        return Empty()

    return {
        "feed.publish": publish,
        "feed.subscribe": subscribe,
        "feed.unsubscribe": unsubscribe,
        "feed.answer": answer,
        "feed.trickle": trickle,
        "feed.select_layer": select_layer,
        "feed.pause": pause,
        "feed.restart": restart,
        "key.confirm": confirm,
    }
