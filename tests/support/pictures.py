"""Pictures of three formats, put together from their parts."""

from __future__ import annotations

import struct
import zlib

HOME = b"52.5200 N 13.4050 E"
"""What nobody is to learn from a picture."""


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(payload)) + payload


def exif(orientation: int, order: str = ">", rest: bytes = HOME) -> bytes:
    mark = b"MM\0*" if order == ">" else b"II*\0"
    entries = struct.pack(order + "HHIHH", 0x010F, 2, 4, 0, 0) + struct.pack(
        order + "HHIHH", 0x0112, 3, 1, orientation, 0
    )
    directory = struct.pack(order + "IH", 8, 2) + entries + bytes(4)
    return b"Exif\0\0" + mark + directory + rest


JFIF = segment(0xE0, b"JFIF\0\x01\x02\0\0\x48\0\x48\0\0")
ICC = segment(0xE2, b"ICC_PROFILE\0\x01\x01colours")
ADOBE = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01")
TABLES = segment(0xDB, bytes(65)) + segment(0xC4, bytes(30))
FRAME = segment(0xC0, bytes(15))
SCAN = segment(0xDA, bytes(10)) + b"coded\xff\x00data\xff\xd0more\xff\x00"
SECOND_SCAN = segment(0xC4, bytes(20)) + SCAN
EOI = b"\xff\xd9"
PICTURE = TABLES + FRAME + SCAN + SECOND_SCAN + EOI


def jpeg(*extra: bytes, behind: bytes = b"") -> bytes:
    return b"\xff\xd8" + b"".join(extra) + PICTURE + behind


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body
