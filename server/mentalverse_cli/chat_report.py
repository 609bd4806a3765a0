"""`/report` in the chat: what it names, and what a person sees before it is sent."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from mentalverse_client import Reported, Shown

from .printable import indented, one_line, printable

YES = "yes"
WITHOUT_FILES = "yes, without files"
QUESTION = 'Type "yes" to send this report; anything else drops it.'
FILES = """\
With "yes" the server also learns which stored file this is, and not what is in it. It
then keeps it until the case is over, for 180 days at most, even if its sender
deletes it. With "yes, without files" it is not named, and gone when it is deleted.
"""
_MOST = 50
_MOST_DIGITS = 12
_MARGIN = " " * 6
_BRIEF = 60
"""Characters of a wording that is not shown."""


def parse_report(text: str) -> tuple[dict[int, set[int]], str]:
    """The numbers at the front ("4", "6-9", "4.2"), and the reason behind them.

    "4.2" is the second wording of message 4: to each number of a message belong those
    of the wordings that are named.
    """
    numbers: dict[int, set[int]] = {}
    words = text.split(" ")
    while words and (named := _numbers(words[0].strip(","))):
        for number, wordings in named.items():
            numbers.setdefault(number, set()).update(wordings)
        words.pop(0)
    return numbers, " ".join(words).strip()


def show_report(shown: Sequence[Shown], reason: str) -> Text:
    """Exactly what the safety team would see."""
    block = Text("The safety team of this server would see:\n", style="bold")
    for each in shown:
        block.append_text(_message(each))
    words = printable(reason) if reason else "(none; words after the numbers add one)"
    block.append(f"  Your reason: {words}\n")
    block.append("  Your account and this conversation, and nothing else of it.\n")
    block.append("What you report can be proven to come from the sender.\n")
    if any(each.message.mine for each in shown):
        block.append("What you wrote yourself can be proven to come from you.\n")
    if any(each.opens_file for each in shown):
        block.append(FILES)
    block.append(QUESTION, style="bold")
    return block


def told(reported: Reported) -> str:
    """What a person is told when the report was taken."""
    text = f"Reported. If the team asks, this is report {reported.id}."
    if reported.files:
        text += f" Files kept for it: {reported.files_kept} of {reported.files}."
    return f"{text} How far it is: mentalverse account reports."


def _message(shown: Shown) -> Text:
    message = shown.message
    block = Text(f"{message.seq:>4}  {one_line(message.sender)}: ")
    if shown.quote:
        block.append(f"(answers “{indented(shown.quote, _MARGIN)}”) ", style="italic")
    if shown.opens_file:
        block.append("the file ")
    block.append(
        " → then edited to: ".join(indented(each, _MARGIN) for each in shown.wordings)
    )
    if message.deleted:
        block.append("  (its sender deleted it)")
    block.append_text(_left_out(shown))
    if not shown.is_proven:
        block.append("  (this device cannot prove who wrote it)", style="yellow")
    block.append("\n")
    return block


def _left_out(shown: Shown) -> Text:
    """What does not fit, told apart from what is shown, and how to show it."""
    block = Text()
    if not shown.left_out:
        return block
    seq, any_number = shown.message.seq, next(iter(shown.left_out))
    block.append(f"\n{_MARGIN}Not all its wordings fit. The report says that ")
    block.append(f"{len(shown.left_out)} are left out:")
    for number, words in shown.left_out.items():
        brief = words if len(words) <= _BRIEF else words[:_BRIEF] + " …"
        block.append(f"\n{_MARGIN}{seq}.{number}  {one_line(brief)}", style="dim")
    block.append(f"\n{_MARGIN}To show one of them, name it: /report {seq}.{any_number}")
    return block


def _numbers(word: str) -> dict[int, set[int]]:
    message, dot, wording = word.partition(".")
    if dot:
        named = _is_number(message) and _is_number(wording)
        return {int(message): {int(wording)}} if named else {}
    first, dash, last = word.partition("-")
    if not _is_number(first) or (dash and not _is_number(last)):
        return {}
    until = int(last) if dash else int(first)
    if until - int(first) >= _MOST:
        return {}
    return {number: set() for number in range(int(first), until + 1)}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS
