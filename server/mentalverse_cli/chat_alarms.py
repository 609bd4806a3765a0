"""What a chat says about keys: each alarm once in a session, until it was read."""

from __future__ import annotations

from rich.text import Text

from mentalverse_client import Client, Conversation

from .printable import printable
from .terminal import Terminal


class ChatAlarms:
    """Shows alarms, and what keeps a conversation waiting."""

    def __init__(self, client: Client, terminal: Terminal) -> None:
        self._client = client
        self._terminal = terminal
        self._shown: set[str] = set()
        self._checks: dict[str, str] = {}

    def show(self) -> None:
        """Show what was not shown yet."""
        for alarm in self._client.alarms():
            if alarm.id in self._shown:
                continue
            self._shown.add(alarm.id)
            text = printable(self._client.transparency.describe(alarm))
            style = "yellow" if alarm.is_notice else "bold red"
            self._terminal.show(Text(f"{text}  (read: /seen)", style=style))

    def show_check(self, talk: Conversation) -> None:
        """Say why nothing is sent here, or that it is again."""
        state = talk.encryption_state
        hints = [
            f" Compare it (/safety) and /verify {member.handle}, or /accept "
            f"{member.handle} without comparing."
            for member in talk.members()
            if member.undecided and state.check_needed
        ]
        needed = state.check_needed + "".join(hints)
        self._say(f"{talk.id}/keys", needed, "The keys hold again.")
        self._say(f"{talk.id}/group", state.frozen, "The encryption is in order again.")

    def _say(self, place: str, cause: str, relief: str) -> None:
        if cause == self._checks.get(place, ""):
            return
        self._checks[place] = cause
        said = f"{cause} What you write waits." if cause else relief
        self._terminal.show(Text(printable(said), style="yellow"))

    def seen(self) -> int:
        """Note that everything that was shown was read; how much it was."""
        seen = sum(self._client.acknowledge(each) for each in self._shown)
        self._shown.clear()  # what is found once more is shown once more
        return seen
