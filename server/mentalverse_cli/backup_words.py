"""Recovery words at a terminal: shown once, asked for, typed in.

All of that happens on a screen of its own, so that no word stays in the terminal's
history. Three words are asked for when they are out of sight.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from mentalverse_crypto.storage_errors import UnknownWord, WordsError
from mentalverse_crypto.words import (
    ENTROPY_BYTES,
    WORD_COUNT,
    check_word,
    to_entropy,
    to_words,
)

from .backup_view import explain
from .settings import EXIT_USAGE, fail

COLUMNS = 3
ASKED = 3
TRIES = 3

_BEFORE = (
    "These 24 words open your account when every device is lost.\n"
    "Whoever has them can be you: keep them where nobody else looks,\n"
    "on paper rather than in a file. They are shown once.\n"
)


def fresh() -> tuple[str, ...]:
    """24 new words."""
    return to_words(secrets.token_bytes(ENTROPY_BYTES))


def read(file: Path | None) -> str:
    """The words of a file, or of a person at a terminal."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            fail(f"the words file {file} cannot be read", EXIT_USAGE)
    if not sys.stdin.isatty():
        fail("without a terminal, give --words-file", EXIT_USAGE)
    with Console().screen():
        return _read_typed()


def grid(words: Sequence[str]) -> str:
    """The words with their numbers, read down the columns."""
    rows = -(-len(words) // COLUMNS)
    width = max(map(len, words)) + 3
    lines = []
    for row in range(rows):
        cells = range(row, len(words), rows)
        lines.append("".join(f"{at + 1:>4} {words[at]:<{width}}" for at in cells))
    return "\n".join(line.rstrip() for line in lines)


def show(words: Sequence[str]) -> None:
    """Show the words until Enter is pressed, then take them off the screen."""
    with Console(highlight=False).screen() as screen:
        console = screen.console
        console.print(_BEFORE)
        console.print(grid(words), style="bold")
        console.print("\nWrite them down in this order, then press Enter.")
        sys.stdin.readline()


def asks_back(words: Sequence[str]) -> bool:
    """Ask for three of the words; whether the person has them."""
    places = sorted(secrets.SystemRandom().sample(range(len(words)), ASKED))
    with Console().screen():
        typer.echo("Three of them, to be sure that you have them:\n")
        return all(_has(words[at], at + 1) for at in places)


def _read_typed() -> str:
    """All 24 words from a person, each line checked as it comes."""
    typer.echo(f"Your {WORD_COUNT} recovery words, in order, on as many lines as you")
    typer.echo("like. They leave the screen when they are complete.\n")
    words: list[str] = []
    while True:
        while len(words) < WORD_COUNT:
            typed = str(typer.prompt(f"Word {len(words) + 1}"))
            words += _known(typed, len(words))
        try:
            to_entropy(" ".join(words))
        except WordsError as error:
            typer.echo(f"{explain(error)} Once more, from the first word.")
            words.clear()
            continue
        return " ".join(words)


def _has(word: str, number: int) -> bool:
    for _ in range(TRIES):
        typed = str(typer.prompt(f"  Word {number}", default="", show_default=False))
        if typed.strip().lower() == word:
            return True
        typer.echo("  That is another word. Look at your paper again.")
    return False


def _known(typed: str, before: int) -> list[str]:
    """The words of a line up to the first that is not of the list, which is named."""
    taken: list[str] = []
    for word in typed.lower().replace(",", " ").split():
        if before + len(taken) == WORD_COUNT:
            typer.echo(f"What comes after word {WORD_COUNT} is left out.")
            break
        near = check_word(word)
        if near is not None:
            error = UnknownWord(before + len(taken) + 1, near)
            typer.echo(f"{word}: {explain(error)} Go on from there.")
            break
        taken.append(word)
    return taken
