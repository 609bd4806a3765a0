"""The desk of a responder at a terminal: offers, cases, and the words in them.

Everything it shows is what `client.desk` and the conversation hold; it decides nothing.
Keys with a function need no mouse and never stand for a letter, so whoever writes
cannot end a case by typing.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList, RichLog, Static
from textual.widgets.option_list import Option

from mentalverse_client import Client, ClientError, Conversation
from mentalverse_signaling.crisis_events import CaseStatus
from mentalverse_signaling.desk_events import (
    DeskCase,
    DutyStatus,
    FollowUpWish,
    OfferView,
)
from mentalverse_signaling.errors import SignalingError

from .chat_view import show_message
from .desk_words import band, case_line, offer_line, status_line
from .printable import printable

SHOWN_MESSAGES = 200
COMPLETED = "completed"
_WISHES = {
    FollowUpWish.YES: "a follow-up is agreed on",
    FollowUpWish.DECLINED: "they want no follow-up",
    FollowUpWish.UNSAFE: "being contacted would put them at risk",
}


class SumUp(ModalScreen[FollowUpWish | None]):
    """Asks what was agreed on for afterwards."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Not yet")]

    def compose(self) -> ComposeResult:
        """The three answers that there are."""
        options = [Option(words, id=wish.value) for wish, words in _WISHES.items()]
        yield Static("The conversation is over. Afterwards:")
        yield OptionList(*options, id="wishes")
        yield Footer()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Hand the answer back."""
        self.dismiss(FollowUpWish(str(event.option.id)))


class DeskApp(App[None]):
    """Shows the desk of an open client until somebody quits."""

    TITLE = "Crisis desk"
    CSS = """
    #status { padding: 0 1; background: $panel; }
    #side { width: 40; }
    #offers, #cases { height: 1fr; border: round $primary; }
    #talk { height: 1fr; border: round $primary; }
    SumUp { align: center middle; }
    #wishes { width: 60; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "duty", "Duty / break", priority=True),
        Binding("f3", "accept", "Accept", priority=True),
        Binding("f4", "decline", "Can't", priority=True),
        Binding("f5", "raise_band", "More urgent", priority=True),
        Binding("f6", "supervisor", "Supervisor", priority=True),
        Binding("f7", "safety", "Safety number", priority=True),
        Binding("f8", "end", "End", priority=True),
        Binding("f9", "sum_up", "Sum up", priority=True),
        Binding("f10", "leave", "Off duty, quit", priority=True),
    ]

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client
        self._desk = client.desk
        self._told = (0, 0.0)
        """The server's time, in milliseconds, and this machine's seconds at it."""
        self._rung: set[str] = set()
        """Offers for which the bell was rung."""
        self._shown: tuple[object, ...] = ()
        """What the conversation on the screen was last drawn from."""

    def compose(self) -> ComposeResult:
        """Offers and cases on the left, the words of one case on the right."""
        yield Static("", id="status", markup=False)
        with Horizontal():
            with Vertical(id="side"):
                yield OptionList(id="offers")
                yield OptionList(id="cases")
            with Vertical():
                yield RichLog(id="talk", wrap=True, markup=False)
                yield Input(id="words", placeholder="Write to them, Enter sends")
        yield Footer()

    def on_mount(self) -> None:
        """Begin to follow the desk and the conversations."""
        self.query_one("#offers").border_title = "Offers"
        self.query_one("#cases").border_title = "Your cases"
        self.query_one("#words").focus()
        self.set_interval(1.0, self.draw)
        self._follow_desk()
        self._follow_words()

    # --- following ---

    @work
    async def _follow_desk(self) -> None:
        await self._try(self._desk.look)
        async for change in self._desk.changes():
            self._told = (change.view.now, time.monotonic())
            self.draw()

    @work
    async def _follow_words(self) -> None:
        async for _ in self._client.updates():
            self.draw()

    # --- drawing ---

    def draw(self) -> None:
        """Show how everything stands now."""
        view, now_ms = self._desk.view, self._now_ms()
        state = self._client.connection_state.value
        self.query_one("#status", Static).update(status_line(view, state))
        offers = self._desk.open_offers
        _fill(
            self.query_one("#offers", OptionList),
            {each.offer: offer_line(each, now_ms) for each in offers},
        )
        _fill(
            self.query_one("#cases", OptionList),
            {each.case: case_line(each, now_ms) for each in self._desk.cases},
        )
        new = {each.offer for each in offers}
        if new - self._rung:
            self.bell()
        self._rung = new
        self._draw_talk()

    def _draw_talk(self) -> None:
        case, talk = self._case(), self._talk()
        messages = [] if talk is None else talk.history(SHOWN_MESSAGES)
        others = () if talk is None else tuple(talk.writing())
        shown = (case and (case.case, case.status), tuple(messages), others)
        if shown == self._shown:
            return
        self._shown = shown
        log = self.query_one("#talk", RichLog)
        log.border_title = "" if case is None else band(case.band)
        log.border_subtitle = "they are writing …" if others else ""
        log.clear()
        names = {} if talk is None else {m.account: m.handle for m in talk.members()}
        for message in messages:
            log.write(show_message(message, lambda each: names.get(each, ""), None))

    def _now_ms(self) -> int:
        told_ms, at = self._told
        return told_ms + int((time.monotonic() - at) * 1000)

    # --- what is chosen ---

    def _case(self) -> DeskCase | None:
        """The case that is chosen, else the first."""
        chosen = _highlighted(self.query_one("#cases", OptionList))
        cases = self._desk.cases
        found = [case for case in cases if case.case == chosen]
        return next(iter([*found, *cases]), None)

    def _talk(self) -> Conversation | None:
        case = self._case()
        there = {talk.id: talk for talk in self._client.conversations()}
        return there.get(case.conversation or "") if case is not None else None

    async def _try(self, act: Callable[[], Awaitable[object]]) -> None:
        """Do something, and say it if the desk or the connection does not."""
        try:
            await act()
        except (SignalingError, ClientError) as error:
            said = getattr(error, "detail", "") or str(error) or error.code
            self.notify(printable(said), severity="warning", markup=False)
        self.draw()

    async def _with_case(self, act: Callable[[str], Awaitable[object]]) -> None:
        case = self._case()
        if case is None:
            self.notify("You have no case.")
            return
        await self._try(lambda: act(case.case))

    # --- keys ---

    async def action_duty(self) -> None:
        """Begin, take a break, go on."""
        view = self._desk.view
        is_on = view is not None and view.duty is DutyStatus.ON
        await self._try(self._desk.pause_duty if is_on else self._desk.start_duty)

    async def action_accept(self) -> None:
        """Take the offer that is chosen, else the most urgent one."""
        offer = self._offer()
        if offer is not None:
            await self._try(lambda: self._desk.accept(offer))

    async def action_decline(self) -> None:
        """Leave it to somebody else."""
        offer = self._offer()
        if offer is not None:
            await self._try(lambda: self._desk.decline(offer))

    async def action_raise_band(self) -> None:
        """It is more urgent."""
        await self._with_case(self._desk.raise_band)

    async def action_supervisor(self) -> None:
        """Ask a supervisor in."""
        await self._with_case(self._desk.ask_supervisor)

    def action_safety(self) -> None:
        """Show the number to compare with the person."""
        talk = self._talk()
        if talk is not None:
            self.notify(talk.safety_number(), title="Safety number", timeout=60)

    async def action_end(self) -> None:
        """End the conversation."""
        await self._with_case(self._desk.end)

    @work
    async def action_sum_up(self) -> None:
        """Sum up a conversation that is over."""
        case = self._case()
        if case is None or case.status is not CaseStatus.WRAP_UP:
            self.notify("End the conversation first.")
            return
        wish = await self.push_screen_wait(SumUp())
        if wish is not None:
            await self._try(lambda: self._desk.wrap_up(case.case, COMPLETED, wish))

    async def action_leave(self) -> None:
        """Go off duty and quit; stay if somebody is still in one's hands."""
        view = self._desk.view
        if view is not None and view.duty is not DutyStatus.OFF:
            await self._try(self._desk.end_duty)
            view = self._desk.view
        if view is None or view.duty is DutyStatus.OFF:
            self.exit()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Send what was written."""
        talk, text = self._talk(), event.value.strip()
        if not text:
            return
        if talk is None:
            self.notify("Their device has not let you in yet.")
            return

        async def send() -> None:
            await talk.send(text)
            event.input.clear()

        await self._try(send)

    async def on_input_changed(self, event: Input.Changed) -> None:
        """Let the clock of silence wait, and the person see that one writes."""
        case, talk = self._case(), self._talk()
        if event.value and case is not None and talk is not None:
            await self._try(talk.tell_writing)
            self._tell_desk(case.case)

    @work(exclusive=True)
    async def _tell_desk(self, case: str) -> None:
        await self._try(lambda: self._desk.tell_writing(case))

    def _offer(self) -> OfferView | None:
        """The offer that is chosen, else the most urgent one."""
        chosen = _highlighted(self.query_one("#offers", OptionList))
        offers = self._desk.open_offers
        found = [offer for offer in offers if offer.offer == chosen]
        return next(iter([*found, *offers]), None)


def _highlighted(options: OptionList) -> str | None:
    at = options.highlighted
    return None if at is None else options.get_option_at_index(at).id


def _fill(options: OptionList, lines: Mapping[str, str]) -> None:
    """Show these lines by their ids; what is chosen stays chosen."""
    before = [option.id for option in options.options]
    if before == list(lines):
        for name, line in lines.items():
            options.replace_option_prompt(name, Text(line))
        return
    chosen = _highlighted(options)
    options.clear_options()
    options.add_options([Option(Text(line), id=name) for name, line in lines.items()])
    if chosen is not None and chosen in lines:
        options.highlighted = list(lines).index(chosen)
