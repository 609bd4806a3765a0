"""The little that is read of session descriptions, and one that is written.

Janus makes no second offer on a connection before the first one is answered, but a
room changes faster than a client answers. `stand_in` is the answer that the client
would give: its own transport as it last described it, and every m-line taken as it was
offered. Janus then offers again, and the client answers only the newest offer.
"""

from __future__ import annotations

import re

import msgspec

_LINE = re.compile(r"^(?P<key>[a-z])=(?P<value>[^\r\n]*)\r?$", re.MULTILINE)
_OF_THE_OFFERER = (
    "a=candidate:",
    "a=end-of-candidates",
    "a=msid",
    "a=ssrc",
)


class Transport(msgspec.Struct, frozen=True):
    """A client's end of a connection, as its description names it."""

    ufrag: str
    password: str
    fingerprint: str
    """With the name of its hash: `sha-256 AB:CD:…`."""
    setup: str
    """`active` or `passive`: who of the two begins DTLS."""


def transport_of(sdp: str) -> Transport | None:
    """The bundle's transport; None if the description does not name one."""
    names = ("ice-ufrag", "ice-pwd", "fingerprint", "setup")
    found = [attribute(sdp, name) for name in names]
    return Transport(*found) if all(found) else None


def origin_of(sdp: str) -> str:
    """What names the connection (`o=`, RFC 8866 §5.2) through all of its offers."""
    words = next((m["value"] for m in _LINE.finditer(sdp) if m["key"] == "o"), "")
    return " ".join(words.split(" ")[:2])


def mids_of(sdp: str) -> tuple[str, ...]:
    """The MIDs of the description, in order."""
    return tuple(
        each["value"].removeprefix("mid:")
        for each in _LINE.finditer(sdp)
        if each["key"] == "a" and each["value"].startswith("mid:")
    )


def attribute(sdp: str, name: str) -> str:
    """The first `a=name:` of the description; "" if there is none."""
    prefix = f"{name}:"
    for line in _LINE.finditer(sdp):
        if line["key"] == "a" and line["value"].startswith(prefix):
            return line["value"].removeprefix(prefix)
    return ""


def stand_in(offer: str, client: Transport) -> str:
    """The answer to `offer` in the name of a client that has answered before."""
    ours = {
        "a=ice-ufrag:": client.ufrag,
        "a=ice-pwd:": client.password,
        "a=fingerprint:": client.fingerprint,
        "a=setup:": client.setup,
    }
    lines: list[str] = []
    for line in offer.split("\r\n"):
        if line.startswith(_OF_THE_OFFERER):
            continue
        key = next((key for key in ours if line.startswith(key)), None)
        if key is not None:
            lines.append(key + ours[key])
        else:
            lines.append("a=recvonly" if line == "a=sendonly" else line)
    return "\r\n".join(lines)
