"""How the installed app looks from outside: its name, its icon and its manifest.

Both are the operator's and say nothing about what the app is for: they stand on a home
screen, in a list of windows and in notices, where others look. The icon is a plain
circle in a plain field, drawn here, so that its colour can be a setting and no picture
has to be kept; an operator's own pictures take its place.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ..config_sections import WebSection
from ..errors import StartupError

SVG = "icon.svg"
PICTURES = {
    "icon-180.png": (180, False),
    "icon-192.png": (192, False),
    "icon-512.png": (512, False),
    "icon-maskable-512.png": (512, True),
}
"""Size in pixels, and whether a system may cut it to a shape of its own: then the field
fills it, and what matters lies in the safe zone (the inner 80 %)."""
MANIFEST = "manifest.webmanifest"
MAX_ICON_BYTES = 1024 * 1024

_PAPER = (0xF4, 0xEF, 0xE6)
_CORNER, _CIRCLE = 0.25, 0.22
"""Radii as parts of the width."""
_STEPS = 4
"""Samples of an edge pixel in each direction."""
_SAMPLES = [(step + 0.5) / _STEPS for step in range(_STEPS)]
_PARTS = [hits / _STEPS**2 for hits in range(_STEPS**2 + 1)]


def appearance(settings: WebSection) -> Mapping[str, bytes]:
    """The manifest and every icon, by file name.

    Raises:
        StartupError: `web.icon_dir` lacks one of them.
    """
    icons = _own_icons(settings.icon_dir) if settings.icon_dir else _drawn(settings)
    return {MANIFEST: _manifest(settings), **icons}


def _manifest(settings: WebSection) -> bytes:
    """W3C Application Manifest."""
    icons = [{"src": f"/{SVG}", "sizes": "any", "type": "image/svg+xml"}]
    for name, (size, may_be_cut) in PICTURES.items():
        icon = {"src": f"/{name}", "sizes": f"{size}x{size}", "type": "image/png"}
        icons.append(icon | ({"purpose": "maskable"} if may_be_cut else {}))
    return msgspec.json.encode(
        {
            "id": "/",
            "name": settings.app_name,
            "short_name": settings.app_name,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#faf8f4",
            "theme_color": settings.app_color,
            "icons": icons,
            "shortcuts": [{"name": "Help", "url": "/help"}],
        }
    )


def _own_icons(folder: Path) -> dict[str, bytes]:
    icons = {}
    for name in (SVG, *PICTURES):
        try:
            icons[name] = (folder / name).read_bytes()
        except OSError as error:
            raise StartupError(f"web.icon_dir: {name}: {error.strerror}") from None
        if len(icons[name]) > MAX_ICON_BYTES:
            raise StartupError(f"web.icon_dir: {name} is too large")
    return icons


def _drawn(settings: WebSection) -> dict[str, bytes]:
    field = bytes.fromhex(settings.app_color[1:])
    color = (field[0], field[1], field[2])
    icons = {SVG: _svg(settings.app_color)}
    for name, (size, may_be_cut) in PICTURES.items():
        icons[name] = _png(size, _pixels(size, color, round_corners=not may_be_cut))
    return icons


def _svg(color: str) -> bytes:
    paper = "#" + bytes(_PAPER).hex()
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        f'<rect width="100" height="100" rx="{100 * _CORNER:g}" fill="{color}"/>'
        f'<circle cx="50" cy="50" r="{100 * _CIRCLE:g}" fill="{paper}"/></svg>'
    )
    return text.encode()


def _pixels(size: int, color: tuple[int, int, int], *, round_corners: bool) -> bytes:
    """Rows of RGBA, each after the octet that says it is not filtered.

    A quarter is computed, and the rest are its mirror images.
    """
    half, corner = size // 2, round(_CORNER * size)
    mixed = {part: _mixed(color, part) for part in _PARTS}
    rows = []
    for y in range(half):
        disc = _inside(y, half, half, _CIRCLE * size)
        quarter = [mixed[part] + b"\xff" for part in disc]
        if round_corners and y < corner:
            for x, part in enumerate(_inside(y, corner, corner, corner)):
                quarter[x] = mixed[disc[x]] + bytes([round(255 * part)])
        rows.append(b"\0" + b"".join(quarter + quarter[::-1]))
    return b"".join(rows + rows[::-1])


def _mixed(color: tuple[int, int, int], paper: float) -> bytes:
    pairs = zip(color, _PAPER, strict=True)
    return bytes(round(c + (p - c) * paper) for c, p in pairs)


def _inside(y: int, width: int, centre: int, radius: float) -> list[float]:
    """How much of each of the first pixels of a row lies in a circle around `centre`.

    The row comes to the circle from the left, and does not leave it in this width.
    """
    height = centre - y - 0.5
    if height > radius + 1:
        return [0.0] * width
    reach = radius**2 - height**2
    edge = centre - max(reach, 0) ** 0.5
    # A flat edge, at the top of the circle, is many pixels long.
    first = 0 if reach < 4 * radius else max(int(edge) - 2, 0)
    last = width if reach < 4 * radius else min(int(edge) + 3, width)
    sampled = [_covered(x, y, centre, radius) for x in range(first, last)]
    return [0.0] * first + sampled + [1.0] * (width - last)


def _covered(x: int, y: int, centre: float, radius: float) -> float:
    """How much of a pixel lies within a circle around (centre, centre), 0 to 1."""
    hits = sum(
        (x + dx - centre) ** 2 + (y + dy - centre) ** 2 <= radius**2
        for dx in _SAMPLES
        for dy in _SAMPLES
    )
    return hits / _STEPS**2


def _png(size: int, rows: bytes) -> bytes:
    """Eight bits for each of red, green, blue and alpha (PNG, third edition, §11)."""
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
