"""The terminal chat without a terminal: what a line means, how a message looks.

Pure functions. A message's number is its place in the log, so it never changes and
is the same on every device.

What others wrote is untrusted, and made safe before it is shown (`printable`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from rich.text import Text

from mentalverse_client import (
    ConnectionState,
    Conversation,
    EncryptionState,
    FileInfo,
    Member,
    Message,
    MessageKind,
    Standing,
)

from .printable import indented, one_line, printable

HELP = """\
Type and press Enter to write. The others see that you are writing, unless you began
with --no-typing. Commands:
  /react [N] EMOJI    put an emoji on message N, or on the last one from others
  /unreact [N] EMOJI  take it off again
  /reply [N] TEXT     answer message N, or the last one from others
  /edit [N] TEXT      change your message N, or your last one, within a day
  /delete [N]         take back your message N, or your last one; the others can
                      still report it for 30 days
  /send PATH          send a file
  /stop               do not send the file that still waits
  /save [N] [PATH]    save the file of message N, or the last one from others
  /history [COUNT]    show earlier messages
  /members            who is here
  /safety             the number to compare with the other person
  /verify HANDLE      note that you compared it
  /accept HANDLE      go on with a changed key without comparing it
  /status             how this conversation is encrypted
  /devices            the devices of your account
  /seen               note that you have read the warnings about keys
  /list               your conversations
  /open N|HANDLE      go to one of them, or begin one
  /add HANDLE         add somebody to this circle
  /remove HANDLE      remove somebody from this circle
  /leave              ask to be let go from here
  /report N… REASON   show messages to the safety team: 4, or 4 7, or 4-9; you see
                      first what they would see; also what its sender deleted;
                      4.2 is the second wording of an edited message
  /read [N]           tell the others that you have read everything up to N
  /forget N           keep nothing of deleted message N, not even to report it
  /quit               end; what was not sent is sent the next time"""

_STATES = {
    ConnectionState.ONLINE: "connected",
    ConnectionState.CONNECTING: "connecting …",
    ConnectionState.OFFLINE: "not connected; what you write is kept and sent later",
    ConnectionState.SIGNED_OUT: "signed out by the server",
}
_STANDINGS = {
    Standing.OPENING: "being opened",
    Standing.ACTIVE: "in order",
    Standing.RENEWING: "readable; fresh keys come before the next message",
    Standing.LEFT: "ended",
    Standing.BROKEN: "cannot be followed any further",
}
_NUMBERED = frozenset(
    {"react", "unreact", "reply", "edit", "delete", "save", "forget", "read"}
)
_NEED_NOTHING = frozenset({"delete", "save", "forget", "read"})
_FAILURES = {
    "too_large": "larger than this server takes",
    "quota_exceeded": "your storage on this server is full",
    "client.file_missing": "the file is not there any more",
    "client.not_a_member": "you are not in this conversation",
    "client.not_readable": "this conversation cannot be followed any further",
}
_MARGIN = " " * 6
"""Where no number of a message stands: further lines of a message are behind it."""
_MOST_DIGITS = 9
HandleOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Command:
    """A line as typed: `name` is "" for a message to send."""

    name: str
    text: str
    number: int | None = None
    """The message it is about, if one was named."""


def parse(line: str) -> Command | None:
    """What a line asks for; None for an empty one. "//x" sends "/x"."""
    text = line.strip()
    if not text:
        return None
    if not text.startswith("/") or text.startswith("//"):
        return Command("", text[1:] if text.startswith("//") else text)
    name, _, rest = text[1:].partition(" ")
    name, rest = name.lower(), rest.strip()
    if name in _NUMBERED:
        first, _, after = rest.partition(" ")
        if is_number(first) and (after or name in _NEED_NOTHING):
            return Command(name, after.strip(), int(first))
    return Command(name, rest)


def is_number(text: str) -> bool:
    """Whether it is one that a log or a list can have."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def show_message(message: Message, handle_of: HandleOf, zone: tzinfo | None) -> Text:
    """A message as one block of lines."""
    if message.kind is MessageKind.NOTICE:
        return Text(f"      — {indented(message.text, _MARGIN)}", style="dim")
    if message.kind is MessageKind.UNREADABLE:
        text = indented(message.text, _MARGIN)
        return Text(f"{message.seq:>4}  ! {text}", style="yellow")
    block = Text()
    if message.reply_to is not None:
        quote = indented(message.quote or "an earlier message", _MARGIN)
        block.append(f"      ↳ “{quote}”\n", style="dim italic")
    block.append(f"{message.seq or '':>4}  ", style="dim")
    block.append(f"{show_time(message.at, zone)}  ", style="dim")
    name_style = "bold green" if message.mine else "bold cyan"
    block.append(f"{one_line(message.sender)}: ", style=name_style)
    block.append_text(_body(message, zone))
    if message.reactions:
        block.append(f"\n      {_reactions(message, handle_of)}")
    return block


def show_time(at: datetime, zone: tzinfo | None) -> str:
    """Hours and minutes in the zone of whoever reads (None: the machine's)."""
    return at.astimezone(zone).strftime("%H:%M")


def show_day(at: datetime, zone: tzinfo | None) -> str:
    """A day such as 3 May 2026, in the zone of whoever reads (None: the machine's)."""
    day = at.astimezone(zone)
    return f"{day.day} {day:%B %Y}"


def show_members(members: Sequence[Member]) -> Text:
    """One line per member."""
    return Text("\n".join(map(_member, members)))


def show_status(state: EncryptionState, connection: ConnectionState) -> Text:
    """How conversation and connection stand."""
    cause = f" ({state.cause})" if state.cause else ""
    compared = "yes" if state.verified else "no; /safety shows what to compare"
    lines = (
        f"  connection     {_STATES[connection]}",
        f"  conversation   {_STANDINGS[state.standing]}{cause}",
        *(
            f"  waiting        {why}"
            for why in (state.check_needed, state.frozen)
            if why
        ),
        f"  encryption     end to end, MLS (RFC 9420), {state.suite_in_words}",
        f"  key epoch      {state.epoch}",
        f"  devices        {state.devices}",
        f"  compared       {compared}",
    )
    return Text(printable("\n".join(lines)))


def show_safety(number: str, *, direct: bool) -> Text:
    """The number, twelve or six groups of digits, and what to do with it."""
    groups = number.split(" ")
    rows = [" ".join(groups[i : i + 6]) for i in range(0, len(groups), 6)]
    advice = (
        "  Read it to the other person by another way, or side by side. If it is\n"
        "  the same, nobody sits in between: /verify and their handle notes it."
        if direct
        else "  It is the same for all members now, and changes with every key epoch."
    )
    return Text("\n".join([*(f"  {row}" for row in rows), advice]))


def show_conversations(conversations: Sequence[Conversation]) -> Text:
    """A numbered list, for `/open`."""
    if not conversations:
        return Text("  No conversations. /open HANDLE begins one.")
    lines = (
        f"  {number}  {talk.kind.value:<7} {one_line(talk.title)}"
        for number, talk in enumerate(conversations, 1)
    )
    return Text("\n".join(lines))


def connection_line(state: ConnectionState) -> str:
    """The connection in a few calm words."""
    return _STATES[state]


def _body(message: Message, zone: tzinfo | None) -> Text:
    if message.deleted:
        return Text(_tombstone(message, zone), style="dim")
    body = Text(indented(message.text, _MARGIN))
    if message.file is not None:
        body = _file(message, message.file)
    if message.edited:
        body.append(" (edited)", style="dim")
    if message.failed is not None:
        cause = _FAILURES.get(message.failed, message.failed)
        body.append(f" (not sent: {cause})", style="red")
    elif message.pending:
        body.append(" (waiting to be sent)", style="dim")
    return body


def _tombstone(message: Message, zone: tzinfo | None) -> str:
    if message.reportable_until is None:
        return "(deleted)"
    until = show_day(message.reportable_until, zone)
    return f"(deleted by its sender; you can still report it until {until})"


def _file(message: Message, file: FileInfo) -> Text:
    body = Text("[file] ", style="dim")
    if file.ms is not None:
        minutes, seconds = divmod(file.ms // 1000, 60)
        body = Text(f"[voice {minutes}:{seconds:02}] ", style="dim")
    body.append(f"{one_line(file.name)}, {show_size(file.size)}", style="default")
    if message.seq and not message.mine:
        body.append(f"  /save {message.seq}", style="dim")
    return body


def show_size(octets: int) -> str:
    """A size in three digits or less, such as 2.1 MB."""
    if octets < 1000:
        return f"{octets} bytes"
    size, unit = octets / 1000, "kB"
    if size >= 999.5:
        size, unit = size / 1000, "MB"
    return f"{size:.1f} {unit}" if size < 9.95 else f"{size:.0f} {unit}"


def _reactions(message: Message, handle_of: HandleOf) -> str:
    return "  ".join(
        one_line(f"{emoji} {', '.join(handle_of(who) for who in accounts)}")
        for emoji, accounts in message.reactions.items()
    )


def _member(member: Member) -> str:
    notes = [
        note
        for note, holds in (
            ("you", member.me),
            (member.seat.value, member.seat.value == "staff"),
            ("compared", member.verified),
            (f"{member.devices} devices", member.devices != 1),
        )
        if holds
    ]
    about = f" ({', '.join(notes)})" if notes else ""
    return f"  {one_line(member.handle)}{about}"
