"""Text of others made safe to print.

What others wrote is untrusted, and so are names and whatever a server says: control
characters could move the cursor and write over what somebody else said, bidirectional
overrides could reorder it, and a second line could look like one of somebody else.
"""

from __future__ import annotations

import unicodedata

_BIDI = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_LINE_ENDS = frozenset("\u2028\u2029")


def printable(text: str) -> str:
    """`text` with everything that could take over a terminal replaced."""
    return "".join(
        character
        if character == "\n"
        or (
            unicodedata.category(character) != "Cc"
            and character not in _BIDI
            and character not in _LINE_ENDS
        )
        else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def one_line(text: str) -> str:
    """`printable`, and nothing that begins another line: for names."""
    return printable(text).replace("\n", "\N{REPLACEMENT CHARACTER}")


def indented(text: str, margin: str) -> str:
    """`printable`, with every further line behind a margin."""
    return printable(text).replace("\n", f"\n{margin}")
