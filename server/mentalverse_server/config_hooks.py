"""The settings of hooks: events that leave, and providers that answer."""

from __future__ import annotations

from pathlib import Path

from pydantic import field_validator

from .config_sections import Count, Section
from .hooks.addresses import HostPort, read_private
from .hooks.chosen import read_chosen


class HooksSection(Section):
    """Webhooks to others, and providers that are asked."""

    providers: tuple[str, ...] = ()
    """Who is asked, such as "register" or "board optional circle.open_therapy"."""
    allow_private: tuple[str, ...] = ()
    """Hosts of the own network that may be called, each exactly: "10.0.0.7:8443"."""
    parked_days: Count = 5
    """An endpoint that is down for so long is disabled: what waited is given up."""
    keep_days: Count = 30
    """What was sent or given up can be replayed for so long; of a crisis for 7 days."""
    max_waiting: Count = 100_000
    """Events that may wait for one endpoint; beyond them the least of them are lost."""
    ca_file: Path | None = None
    """PEM file of issuers to trust beside the system's, for hosts of one's own."""

    @property
    def private(self) -> frozenset[HostPort]:
        """`allow_private`, read."""
        return frozenset(read_private(each) for each in self.allow_private)

    @field_validator("providers")
    @classmethod
    def _providers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        read_chosen(value)
        return value

    @field_validator("allow_private")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            read_private(each)
        return value
