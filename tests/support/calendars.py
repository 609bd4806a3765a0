"""Calendar files, read by the grammar of RFC 5545 §3.1."""

from __future__ import annotations


def read_calendar(octets: bytes) -> dict[str, list[str]]:
    """The properties by name, as RFC 5545 §3.1 has content lines."""
    assert octets.endswith(b"\r\n")
    assert b"\n" not in octets.replace(b"\r\n", b"")
    raw = octets.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 for line in raw)
    found: dict[str, list[str]] = {}
    for line in octets.decode().replace("\r\n ", "").split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        found.setdefault(name, []).append(value)
    return found
