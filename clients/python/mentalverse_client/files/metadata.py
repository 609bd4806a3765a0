"""Pictures without what cameras write into them: place, time, device, thumbnails.

The picture itself is not touched and not encoded again: parts of the file that do not
change what is seen are left out, by a list of those that stay.

* JPEG (ITU-T T.81): of the application segments stay the colour profile and what
  decoders need. Whatever follows the picture is cut off, such as the second pictures
  of phones. How the camera was held is written anew, or the picture would lie on its
  side.
* PNG (ISO/IEC 15948): of the ancillary chunks stay those for colour, transparency,
  size and animation.
* WebP (RFC 9649): all but EXIF, XMP and chunks that are not part of the format.

Other files are left as they are. HEIC, TIFF and videos may tell as much, and their
formats do not allow to leave parts out without writing the file anew.

Pure: no I/O.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    b"tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT "
    b"acTL fcTL fdAT".split()
)
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_EXIF_AND_XMP = 0x08 | 0x04

_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_STUFFED_OR_RESTART = frozenset({0x00, *range(0xD0, 0xD8)})
_JFIF_BYTES = 14
_ORIENTATION_TAG = 0x0112
_SHORT = 3


class UnreadablePicture(ValueError):
    """The file begins like a picture and does not go on like one."""


def picture_type(octets: bytes) -> str | None:
    """The media type, if it is a picture that `without_metadata` cleans."""
    if octets.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if octets.startswith(_PNG):
        return "image/png"
    if octets[:4] == b"RIFF" and octets[8:12] == b"WEBP":
        return "image/webp"
    return None


def without_metadata(octets: bytes) -> bytes:
    """The file without what its picture does not need; other files as they are.

    Raises:
        UnreadablePicture: what is in it cannot be told apart.
    """
    clean = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
    kind = picture_type(octets)
    if kind is None:
        return octets
    try:
        return clean[kind](octets)
    except (struct.error, IndexError):
        raise UnreadablePicture("the picture ends too early") from None


# --- JPEG ---


def _jpeg(octets: bytes) -> bytes:
    kept, orientation = [octets[:2]], 1
    for marker, part in _segments(octets):
        payload = part[4:]
        if marker == _APP1 and payload.startswith(b"Exif\0\0"):
            orientation = _orientation(payload[6:])
        if marker == _APP0 and payload.startswith(b"JFIF\0"):
            kept.append(_without_thumbnail(payload))
        elif _is_needed(marker, payload):
            kept.append(part)
    if orientation != 1:
        # JFIF wants to be the first segment (T.871 §10.1), EXIF comes after it.
        after = 2 if kept[1][1] == _APP0 else 1
        kept.insert(after, _only_orientation(orientation))
    return b"".join(kept)


def _segments(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with its segment, from behind SOI up to the first EOI.

    The coded data behind an SOS belongs to it.
    """
    at = 2
    while True:
        if octets[at] != 0xFF:
            raise UnreadablePicture("a segment of the picture has no marker")
        while octets[at + 1] == 0xFF:  # fill bytes (T.81 §B.1.1.2)
            at += 1
        marker = octets[at + 1]
        if marker == _EOI:
            yield marker, octets[at : at + 2]
            return
        end = at + 2 + int(struct.unpack_from(">H", octets, at + 2)[0])
        if end > len(octets):
            raise UnreadablePicture("a segment of the picture is cut")
        if marker == _SOS:
            end = _end_of_scan(octets, end)
        yield marker, octets[at:end]
        at = end
        if at == len(octets):  # cut within a scan: decoders show what there is
            return


def _end_of_scan(octets: bytes, at: int) -> int:
    while (at := octets.find(b"\xff", at)) != -1 and at + 1 < len(octets):
        if octets[at + 1] == 0xFF:
            at += 1
        elif octets[at + 1] in _STUFFED_OR_RESTART:
            at += 2
        else:
            return at
    return len(octets)


def _is_needed(marker: int, payload: bytes) -> bool:
    if marker == _APP2:
        return payload.startswith(b"ICC_PROFILE\0")
    if marker == _APP14:
        return payload.startswith(b"Adobe")
    return marker != _COM and not _APP0 <= marker <= _APP15


def _without_thumbnail(payload: bytes) -> bytes:
    plain = payload[: _JFIF_BYTES - 2] + b"\0\0"
    return struct.pack(">BBH", 0xFF, _APP0, 2 + len(plain)) + plain


def _orientation(tiff: bytes) -> int:
    """How the camera was held, 1 to 8; 1, upright, if it is not said."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, directory)
        for number in range(entries):
            at = directory + 2 + 12 * number
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, at)
            if (tag, kind) == (_ORIENTATION_TAG, _SHORT):
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _only_orientation(orientation: int) -> bytes:
    directory = struct.pack(
        ">HHHIHHI", 1, _ORIENTATION_TAG, _SHORT, 1, orientation, 0, 0
    )
    exif = b"Exif\0\0MM\0*" + struct.pack(">I", 8) + directory
    return struct.pack(">BBH", 0xFF, _APP1, 2 + len(exif)) + exif


# --- PNG ---


def _png(octets: bytes) -> bytes:
    kept, at, kind = [_PNG], len(_PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", octets, at)
        end = at + 12 + length
        if end > len(octets):
            raise UnreadablePicture("a chunk of the picture is cut")
        is_critical = kind[:1].isupper()
        if is_critical or kind in _PNG_KEPT:
            kept.append(octets[at:end])
        at = end
    return b"".join(kept)


# --- WebP ---


def _webp(octets: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", octets, 4)
    end, at, kept = 8 + size, 12, []
    if end > len(octets):
        raise UnreadablePicture("the picture is cut")
    while at < end:
        kind, length = struct.unpack_from("<4sI", octets, at)
        chunk = octets[at : at + 8 + length + length % 2]
        if at + 8 + length > end:
            raise UnreadablePicture("a chunk of the picture is cut")
        if kind == b"VP8X":
            flags = chunk[8] & ~_WEBP_EXIF_AND_XMP
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        if kind in _WEBP_KEPT:
            kept.append(chunk)
        at += len(chunk)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body
