"""The browser's types are those of the registry."""

from __future__ import annotations

from pathlib import Path

from mentalverse_signaling.typescript import generate

GENERATED = Path(__file__).parents[2] / "clients/web/src/protocol/events.ts"


def test_the_generated_types_are_those_of_the_registry() -> None:
    """`make types` writes them; whoever changes an event commits both."""
    assert GENERATED.read_text() == generate()
