"""The body of a content with what is being said in a call, typed for those who read.

| ``t``   | ``b``                                                     |
|---------|-----------------------------------------------------------|
| caption | ``call``, ``line``, ``text``, ``final``, ``of``?, ``lang``? |

``line`` stays the same while a line grows, and of each the last content holds; after
one that is ``final`` nothing changes it. ``of`` names the account of who speaks, None
for whoever typed it. Captions are of the moment: no device keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from .ijson import Json, Members, unknown_members
from .rtc_signal import ID_BYTES

MAX_CAPTION_CHARACTERS = 500
"""Longest line, in Unicode code points."""
MAX_CAPTION_LANGUAGE_CHARACTERS = 40
"""Longest BCP 47 tag."""


@dataclass(frozen=True, slots=True)
class Caption:
    """One line of captions as it stands now."""

    type: ClassVar[str] = "caption"
    call: bytes
    """`ID_BYTES` octets."""
    line: UUID
    text: str = field(repr=False)
    final: bool
    of: UUID | None = None
    """The account of who speaks."""
    lang: str | None = None
    """BCP 47 tag."""
    extra: Mapping[str, Json] = unknown_members()


def read_caption(body: Members) -> Caption:
    """The body of type ``caption``."""
    return Caption(
        body.octets("call", ID_BYTES),
        body.uuid("line"),
        body.text("text", MAX_CAPTION_CHARACTERS),
        body.flag("final"),
        body.optional_uuid("of"),
        body.optional_text("lang", MAX_CAPTION_LANGUAGE_CHARACTERS),
        body.rest(),
    )
