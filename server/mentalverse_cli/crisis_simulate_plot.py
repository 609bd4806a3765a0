"""The waits of a simulation as a picture: plain SVG, written here."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

from mentalverse_crisis.simulated import BandFigures, Simulated

_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 700, 50, 360
_FIRST_SECONDS, _LAST_SECONDS = 1.0, 3_600.0
_TICKS = ((1, "1 s"), (5, "5 s"), (15, "15 s"), (30, "30 s"), (60, "1 min")) + (
    (120, "2 min"),
    (600, "10 min"),
    (1_800, "30 min"),
    (3_600, "1 h"),
)
# Told apart without colour as well.
_STYLES = (
    ("#a3122e", ""),
    ("#b65c00", "8 3"),
    ("#1f5fa8", "3 3"),
    ("#2b7a3d", "10 3 3 3"),
    ("#6b4a9b", "1 4"),
)


def as_svg(found: Simulated) -> str:
    """How many of each band's arrivals are answered within which time.

    A dot marks each band's target. Time is logarithmic, from 1 s to 1 h.
    """
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12" role="img">',
        "<title>Share of people answered within a time, by band</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">Answered within, of all who came'
        "</text>",
        *_grid(),
    ]
    for place, figures in enumerate(each for each in found.bands if each.arrivals):
        lines += _curve(figures, place)
    return "\n".join([*lines, "</svg>", ""])


def _grid() -> list[str]:
    lines = []
    for percent in range(0, 101, 20):
        y = _y(percent / 100)
        lines += [
            f'<line x1="{_LEFT}" y1="{y}" x2="{_RIGHT}" y2="{y}" stroke="#ddd"/>',
            _text(_LEFT - 6, y + 4, f"{percent} %", "end"),
        ]
    for seconds, label in _TICKS:
        x = _x(seconds)
        lines += [
            f'<line x1="{x}" y1="{_TOP}" x2="{x}" y2="{_BOTTOM}" stroke="#eee"/>',
            _text(x, _BOTTOM + 18, label, "middle"),
        ]
    return lines


def _curve(figures: BandFigures, place: int) -> list[str]:
    colour, dashes = _STYLES[figures.band]
    judged = figures.arrivals - figures.excluded
    points: list[tuple[float, float]] = []
    step = max(1, len(figures.waits_ms) // 400)
    for answered, wait_ms in enumerate(figures.waits_ms, start=1):
        if answered % step == 0 or answered == len(figures.waits_ms):
            points.append((_x(wait_ms / 1000), _y(min(1.0, answered / judged))))
    # Whoever is answered at once is so at the left edge; the rest goes on to the right.
    ends = [(_RIGHT, points[-1][1])] if points else []
    path = " ".join(f"{x},{y}" for x, y in [*points, *ends])
    legend_x = _LEFT + 130 * place
    in_time = figures.in_time / judged if judged else 0.0
    label = f"{figures.band.name}: {100 * in_time:.0f} % in time"
    target_x = _x(figures.target_seconds)
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dashes}"/>',
        f'<circle cx="{target_x}" cy="{_y(in_time)}" r="4" fill="{colour}"/>',
        f'<line x1="{legend_x}" y1="396" x2="{legend_x + 26}" y2="396" '
        f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>',
        _text(legend_x + 32, 400, label),
    ]


def _x(seconds: float) -> float:
    within = min(max(seconds, _FIRST_SECONDS), _LAST_SECONDS)
    share = math.log(within / _FIRST_SECONDS) / math.log(_LAST_SECONDS / _FIRST_SECONDS)
    return round(_LEFT + share * (_RIGHT - _LEFT), 1)


def _y(share: float) -> float:
    return round(_BOTTOM - share * (_BOTTOM - _TOP), 1)


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'
