"""The settings of matching."""

from __future__ import annotations

from pathlib import Path

from .config_sections import Section


class MatchingSection(Section):
    """How mentors and mentees are found for each other."""

    weights_file: Path | None = None
    """Weights that `mentalverse match learn` wrote; without it, the default ones."""
