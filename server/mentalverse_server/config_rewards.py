"""The settings of rewards."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .config_sections import Section


class RewardsSection(Section):
    """What people get for their time."""

    enabled: bool = True
    """Whether anything is rewarded; false: nothing is written down of anybody."""
    weekly_mvt: Annotated[int, Field(ge=0, le=10**9)] = 100_000
    """What a pack with sources may spend in a week, in whole MVT."""
