"""What invented weeks claimed and were paid, as a picture: plain SVG, written here."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 700, 50, 350
# Told apart without colour as well.
_CLAIMED, _PAID = ("#1f5fa8", "8 3", "claimed"), ("#2b7a3d", "", "paid")


def as_svg(weeks: Sequence[tuple[int, int]]) -> str:
    """Claims and payments of each week, in MVT, from micro-MVT."""
    most = max(1, *(max(pair) for pair in weeks))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12" role="img">',
        "<title>What was claimed and what was paid, by week</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">MVT by week</text>',
        *_grid(most, len(weeks)),
    ]
    for place, (colour, dashes, label) in enumerate((_CLAIMED, _PAID)):
        points = " ".join(
            f"{_x(week, len(weeks))},{_y(pair[place], most)}"
            for week, pair in enumerate(weeks)
        )
        x = _LEFT + 150 * place
        drawn = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
        lines += [
            f'<polyline points="{points}" fill="none" {drawn}/>',
            f'<line x1="{x}" y1="396" x2="{x + 26}" y2="396" {drawn}/>',
            _text(x + 32, 400, label),
        ]
    return "\n".join([*lines, "</svg>", ""])


def _grid(most: int, weeks: int) -> list[str]:
    lines = []
    for part in range(6):
        y = _y(most * part // 5, most)
        lines += [
            f'<line x1="{_LEFT}" y1="{y}" x2="{_RIGHT}" y2="{y}" stroke="#ddd"/>',
            _text(_LEFT - 6, y + 4, f"{most * part // 5_000_000:,}", "end"),
        ]
    for week in range(0, weeks, max(1, weeks // 10)):
        lines.append(_text(_x(week, weeks), _BOTTOM + 18, str(week + 1), "middle"))
    return lines


def _x(week: int, weeks: int) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * week / max(1, weeks - 1), 1)


def _y(micro: int, most: int) -> float:
    return round(_BOTTOM - (_BOTTOM - _TOP) * micro / most, 1)


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>'
