"""The pictures of the audit: plain SVG, drawn for the width of a phone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

from .fairness import Cell, Estimate, Measure

_WIDTH = 360
_LEFT, _RIGHT = 12, 348
_ROW = 44
_INK, _QUIET, _LINE, _FOUND = "#1c2430", "#4c5866", "#d8dee6", "#a3122e"
_BLUE = "#1f5fa8"
_TICKS = 4
_LONGEST = 44


class Scale:
    """From values to places on the picture."""

    def __init__(self, low: float, high: float) -> None:
        """Spans both, widened to whole steps."""
        self.step = _step((high - low) / _TICKS)
        self.low = floor(low / self.step) * self.step
        steps = max(1, ceil((high - self.low) / self.step - 1e-9))
        self.ticks = [self.low + at * self.step for at in range(steps + 1)]

    def x(self, value: float) -> float:
        """Pixels from the left."""
        width = self.ticks[-1] - self.low
        return round(_LEFT + (value - self.low) / width * (_RIGHT - _LEFT), 1)


def intervals(cells: Sequence[Cell], overall: Estimate, measure: Measure) -> str:
    """A row for each group: its name, its mean and its interval."""
    ends = [end for each in cells for end in (each.found.low, each.found.high)]
    scale = Scale(min(*ends, overall.low), max(*ends, overall.high))
    height = 12 + _ROW * len(cells) + 24
    lines = [*_begin(height, "Means of groups with their intervals")]
    for tick in scale.ticks:
        lines += _tick(scale.x(tick), _said(tick, measure), height)
    middle = scale.x(overall.mean)
    lines.append(
        f'<line x1="{middle}" y1="4" x2="{middle}" y2="{height - 24}" '
        f'stroke="{_QUIET}" stroke-dasharray="4 3"/>'
    )
    for at, cell in enumerate(cells):
        lines += _row(cell, scale, 12 + _ROW * at, measure)
    return "".join([*lines, "</svg>"])


def bars(counts: Sequence[tuple[str, int]]) -> str:
    """A bar for each, the words above it."""
    most = max(count for _, count in counts)
    lines = [*_begin(_ROW * len(counts), "Counts by rule")]
    for at, (words, count) in enumerate(counts):
        top = _ROW * at
        width = round((_RIGHT - _LEFT - 70) * count / most, 1)
        lines += [
            _text(_LEFT, top + 16, words),
            f'<rect x="{_LEFT}" y="{top + 22}" width="{width}" height="12" '
            f'fill="{_BLUE}"/>',
            _text(_LEFT + width + 6, top + 33, f"{count:,}", colour=_QUIET),
        ]
    return "".join([*lines, "</svg>"])


def _row(cell: Cell, scale: Scale, top: int, measure: Measure) -> list[str]:
    low, mean, high = (
        scale.x(value) for value in (cell.found.low, cell.found.mean, cell.found.high)
    )
    y, colour = top + 28, _FOUND if cell.is_finding else _BLUE
    mark = f'<circle cx="{mean}" cy="{y}" r="5" fill="{colour}"/>'
    if cell.is_finding:
        mark = (
            f'<rect x="{mean - 5}" y="{y - 5}" width="10" height="10" fill="{colour}"/>'
        )
    name = f"{cell.group} ({cell.found.people:,})"
    return [
        _halo(_LEFT, top + 14, name),
        _halo(_RIGHT, top + 14, _said(cell.found.mean, measure, 1), "end"),
        f'<line x1="{low}" y1="{y}" x2="{high}" y2="{y}" stroke="{colour}" '
        'stroke-width="2.5"/>',
        mark,
    ]


def _tick(x: float, words: str, height: int) -> list[str]:
    anchor = "start" if x < _LEFT + 8 else "end" if x > _RIGHT - 8 else "middle"
    return [
        f'<line x1="{x}" y1="4" x2="{x}" y2="{height - 24}" stroke="{_LINE}"/>',
        _text(x, height - 8, words, anchor, _QUIET),
    ]


def _begin(height: int, title: str) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="system-ui,sans-serif" font-size="13" role="img">'
        f"<title>{escape(title)}</title>"
    ]


def _halo(x: float, y: float, words: str, anchor: str = "start") -> str:
    """Words that can be read where a line passes behind them."""
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{_INK}" stroke="#fff" '
        f'stroke-width="4" paint-order="stroke">{escape(words[:_LONGEST])}</text>'
    )


def _text(
    x: float, y: float, words: str, anchor: str = "start", colour: str = _INK
) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(words)}</text>"
    )


def _said(value: float, measure: Measure, digits: int = 0) -> str:
    if measure is Measure.MATCHED:
        return f"{100 * value:.{digits}f} %"
    return f"{value:.{digits}f}" if digits else f"{value:g}"


def _step(about: float) -> float:
    """The next of 1, 2, 5 times a power of ten; 0.05 at least."""
    about = max(about, 0.05)
    power = 10.0 ** floor(log10(about))
    return float(next(s * power for s in (1, 2, 5, 10) if s * power >= about - 1e-9))
