"""Being matched with a mentor, being one, and looking at proposals: `client.matching`.

    view = await client.matching.begin(MatchCodesTold(languages=("en",), slots="ff"))
    # … and once a coordinator has released what a run proposed:
    view = await client.matching.view()
    view = await client.matching.choose(view.proposal, view.options[0].option)

Every answer says how everything stands. The same again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from mentalverse_signaling.ids import ClientId
from mentalverse_signaling.match_desk_events import (
    MatchQueue,
    MatchRelease,
    MatchReviews,
    MatchRun,
)
from mentalverse_signaling.match_events import (
    EmergencyContact,
    MatchAdjust,
    MatchAnswer,
    MatchBegin,
    MatchChoose,
    MatchCodesTold,
    MatchContact,
    MatchDatumKind,
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
    MatchTerms,
    MatchView,
    MatchWithdraw,
)

from .blocks import Call


class Matching:
    """What `client.matching` offers. All raise `NotConnected` and `SignalingError`."""

    def __init__(self, call: Call) -> None:
        self._call = call

    # --- to look for a mentor ---

    async def view(self) -> MatchView:
        """One's own search, who asks for one, and who is together with whom."""
        return await self._call("match.view", MatchLook(), MatchView)

    async def begin(self, codes: MatchCodesTold) -> MatchView:
        """Agree to being matched by these codes, and wait for the next run.

        Raises:
            BadRequest: a code that there is not.
            NotNow: something is proposed already, or there is a mentor.
        """
        return await self._call("match.begin", MatchBegin(codes), MatchView)

    async def choose(self, proposal: str, option: int) -> MatchView:
        """Consent to one of the options. Raises `NotFound`, `NotNow`."""
        request = MatchChoose(ClientId(proposal), option)
        return await self._call("match.choose", request, MatchView)

    async def others(self, proposal: str) -> MatchView:
        """None of these: they are left out for 90 days. Raises `NotFound`, `NotNow`."""
        request = MatchOthers(ClientId(proposal))
        return await self._call("match.others", request, MatchView)

    async def stop(self) -> MatchView:
        """Look no more; the codes stay."""
        return await self._call("match.stop", MatchStop(), MatchView)

    async def withdraw(self, datum: MatchDatumKind) -> MatchView:
        """Take a datum back; languages or times take the whole consent back."""
        return await self._call("match.withdraw", MatchWithdraw(datum), MatchView)

    # --- to be a mentor ---

    async def answer(self, ask: str, *, yes: bool) -> MatchView:
        """Consent to being somebody's mentor, or not. Raises `NotFound`, `NotNow`."""
        request = MatchAnswer(ClientId(ask), yes)
        return await self._call("match.answer", request, MatchView)

    async def offered(self) -> MatchOffering:
        """What one has told as a mentor. Raises `RoleRequired`; so do the next."""
        return await self._call("match.offered", MatchOffered(), MatchOffering)

    async def offer(self, codes: MatchCodesTold, places: int) -> MatchOffering:
        """Agree to being proposed by these codes, to so many at most."""
        return await self._call("match.offer", MatchOffer(codes, places), MatchOffering)

    async def pause(self, *, paused: bool = True) -> MatchOffering:
        """Be proposed to nobody until further notice, or again."""
        return await self._call("match.pause", MatchPause(paused), MatchOffering)

    async def take_back(self) -> MatchOffering:
        """Take back what was offered; who is there already stays."""
        return await self._call("match.take_back", MatchTakeBack(), MatchOffering)

    # --- together ---

    async def orient(self, relationship: str) -> MatchView:
        """One has read how it works here. Raises `NotFound`, `NotNow`."""
        request = MatchOrient(ClientId(relationship))
        return await self._call("match.orient", request, MatchView)

    async def contact(self, relationship: str, choice: EmergencyContact) -> MatchView:
        """Whether somebody is named for an emergency. Raises as `orient`."""
        request = MatchContact(ClientId(relationship), choice)
        return await self._call("match.contact", request, MatchView)

    async def adjust(self, relationship: str, terms: MatchTerms | None) -> MatchView:
        """Ask for other terms; those that the other one asks for are agreed to.

        None takes back what one has asked for.

        Raises:
            BadRequest: no plan has such terms.
            NotFound, NotNow: as `orient`; also where one has blocked the other.
        """
        request = MatchAdjust(ClientId(relationship), terms)
        return await self._call("match.adjust", request, MatchView)

    async def rematch(self, relationship: str) -> MatchView:
        """End it; a mentee looks for somebody else at once. Raises `NotFound`."""
        request = MatchRematch(ClientId(relationship))
        return await self._call("match.rematch", request, MatchView)

    async def end(self, relationship: str, *, graduated: bool = False) -> MatchView:
        """End it and look for nobody. Raises as `orient`."""
        request = MatchEnd(ClientId(relationship), graduated)
        return await self._call("match.end", request, MatchView)

    # --- to review ---

    async def queue(self) -> MatchReviews:
        """What waits for a look. Raises `RoleRequired`; so do the next."""
        return await self._call("match.queue", MatchQueue(), MatchReviews)

    async def release(
        self, proposal: str, leave_out: Iterable[int] = (), reason: str = ""
    ) -> MatchReviews:
        """Give what is left to the mentee. Raises `NotFound`, `Forbidden`, `NotNow`."""
        request = MatchRelease(ClientId(proposal), tuple(leave_out), reason)
        return await self._call("match.release", request, MatchReviews)

    async def run(self) -> MatchReviews:
        """Have everybody matched who waits."""
        return await self._call("match.run", MatchRun(), MatchReviews)
