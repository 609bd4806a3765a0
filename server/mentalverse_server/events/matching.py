"""Being matched: `match.*`, of mentees, mentors, and whoever reviews proposals."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.errors import NotNow
from mentalverse_signaling.match_desk_events import (
    MatchQueue,
    MatchRelease,
    MatchReviews,
    MatchRun,
)
from mentalverse_signaling.match_events import (
    MatchAdjust,
    MatchAnswer,
    MatchBegin,
    MatchChoose,
    MatchContact,
    MatchEnd,
    MatchLook,
    MatchOffer,
    MatchOffered,
    MatchOffering,
    MatchOrient,
    MatchOthers,
    MatchPause,
    MatchRematch,
    MatchStop,
    MatchTakeBack,
    MatchView,
    MatchWithdraw,
)

from ..hooks.defaults.matching import Contact
from ..router import Handler
from ..services.match_parts import MatchParts
from ..transport.connections import Connection


def handlers(parts: MatchParts) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""
    return {
        **_looking(parts),
        **_together(parts),
        **_offering(parts),
        **_reviewing(parts),
    }


def _looking(parts: MatchParts) -> Mapping[str, Handler]:
    people, view = parts.relationships, parts.reading.view

    async def look(c: Connection, payload: MatchLook) -> MatchView:
        return await view(c.account)

    async def begin(c: Connection, payload: MatchBegin) -> MatchView:
        await people.begin(c.account, payload.codes)
        return await view(c.account)

    async def choose(c: Connection, payload: MatchChoose) -> MatchView:
        await people.choose(c.account, payload.proposal, payload.option)
        return await view(c.account)

    async def others(c: Connection, payload: MatchOthers) -> MatchView:
        await people.others(c.account, payload.proposal)
        return await view(c.account)

    async def stop(c: Connection, payload: MatchStop) -> MatchView:
        await people.stop(c.account)
        return await view(c.account)

    async def withdraw(c: Connection, payload: MatchWithdraw) -> MatchView:
        await people.withdraw(c.account, payload.datum)
        return await view(c.account)

    return {
        "match.view": look,
        "match.begin": begin,
        "match.choose": choose,
        "match.others": others,
        "match.stop": stop,
        "match.withdraw": withdraw,
    }


def _together(parts: MatchParts) -> Mapping[str, Handler]:
    people, view = parts.relationships, parts.reading.view

    async def answer(c: Connection, payload: MatchAnswer) -> MatchView:
        if not payload.yes:
            await people.decline(c.account, payload.ask)
        elif not await people.accept(c.account, payload.ask):
            # What it was refused for stands in the database by now.
            raise NotNow("this is not possible any more")
        return await view(c.account)

    async def orient(c: Connection, payload: MatchOrient) -> MatchView:
        await people.prepare(c.account, payload.relationship)
        return await view(c.account)

    async def contact(c: Connection, payload: MatchContact) -> MatchView:
        choice = Contact(payload.choice.value)
        await people.prepare(c.account, payload.relationship, choice)
        return await view(c.account)

    async def adjust(c: Connection, payload: MatchAdjust) -> MatchView:
        await people.adjust(c.account, payload.relationship, payload.terms)
        return await view(c.account)

    async def rematch(c: Connection, payload: MatchRematch) -> MatchView:
        await people.rematch(c.account, payload.relationship)
        return await view(c.account)

    async def end(c: Connection, payload: MatchEnd) -> MatchView:
        graduated = payload.graduated
        await people.part(c.account, payload.relationship, graduated=graduated)
        return await view(c.account)

    return {
        "match.answer": answer,
        "match.orient": orient,
        "match.contact": contact,
        "match.adjust": adjust,
        "match.rematch": rematch,
        "match.end": end,
    }


def _offering(parts: MatchParts) -> Mapping[str, Handler]:
    people, offering = parts.relationships, parts.reading.offering

    async def offered(c: Connection, payload: MatchOffered) -> MatchOffering:
        return await offering(c.account)

    async def offer(c: Connection, payload: MatchOffer) -> MatchOffering:
        await people.offer(c.account, payload.codes, payload.places)
        return await offering(c.account)

    async def pause(c: Connection, payload: MatchPause) -> MatchOffering:
        await people.pause(c.account, paused=payload.paused)
        return await offering(c.account)

    async def take_back(c: Connection, payload: MatchTakeBack) -> MatchOffering:
        await people.take_back(c.account)
        return await offering(c.account)

    return {
        "match.offered": offered,
        "match.offer": offer,
        "match.pause": pause,
        "match.take_back": take_back,
    }


def _reviewing(parts: MatchParts) -> Mapping[str, Handler]:
    reviewing = parts.reviewing

    async def queue(c: Connection, payload: MatchQueue) -> MatchReviews:
        return await reviewing.queue(c.account)

    async def release(c: Connection, payload: MatchRelease) -> MatchReviews:
        await reviewing.release(
            c.account, payload.proposal, payload.leave_out, payload.reason
        )
        return await reviewing.queue(c.account)

    async def run(c: Connection, payload: MatchRun) -> MatchReviews:
        await reviewing.run(c.account)
        return await reviewing.queue(c.account)

    return {"match.queue": queue, "match.release": release, "match.run": run}
