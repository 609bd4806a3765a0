"""Pictures lose what cameras wrote into them, and nothing that is seen."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_client.files.metadata import (
    UnreadablePicture,
    picture_type,
    without_metadata,
)
from support.pictures import (
    ADOBE,
    EOI,
    FRAME,
    HOME,
    ICC,
    JFIF,
    SCAN,
    SECOND_SCAN,
    TABLES,
    chunk,
    exif,
    jpeg,
    riff,
    segment,
)

property_test = settings(database=None, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    "told",
    [
        segment(0xE1, exif(1)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + HOME),
        segment(0xED, b"Photoshop 3.0\0" + HOME),
        segment(0xE2, b"MPF\0" + HOME),
        segment(0xE0, b"JFXX\0" + HOME),
        segment(0xEF, HOME),
        segment(0xFE, HOME),
        b"\xff\xff\xff" + segment(0xFE, HOME),
    ],
)
def test_a_jpeg_keeps_its_picture_and_loses_the_rest(told: bytes) -> None:
    cleaned = without_metadata(jpeg(JFIF, told, ICC, ADOBE, behind=jpeg(told)))
    assert HOME not in cleaned
    assert cleaned == jpeg(JFIF, ICC, ADOBE)


def test_a_thumbnail_within_jfif_goes_too() -> None:
    thumbnail = segment(0xE0, b"JFIF\0\x01\x02\0\0\x48\0\x48\x01\x01" + b"rgb")
    assert without_metadata(jpeg(thumbnail)) == jpeg(JFIF)


def test_metadata_between_two_scans_is_found() -> None:
    told = segment(0xFE, HOME)
    between = b"\xff\xd8" + TABLES + FRAME + SCAN + told + SECOND_SCAN + EOI
    assert without_metadata(between) == jpeg()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_picture_stays_the_right_way_up(orientation: int, order: str) -> None:
    cleaned = without_metadata(jpeg(JFIF, segment(0xE1, exif(orientation, order))))
    assert HOME not in cleaned
    assert cleaned.startswith(b"\xff\xd8" + JFIF + b"\xff\xe1")
    kept = segment(0xE1, exif(orientation, rest=b""))
    assert len(cleaned) < len(jpeg(JFIF, kept))
    # Read again as a camera's: it says the same, and nothing else is left to drop.
    assert without_metadata(cleaned) == cleaned
    assert struct.pack(">HHIH", 0x0112, 3, 1, orientation) in cleaned


@pytest.mark.parametrize("orientation", [0, 1, 9, 65535])
def test_no_orientation_is_made_up(orientation: int) -> None:
    assert without_metadata(jpeg(segment(0xE1, exif(orientation)))) == jpeg()


def test_a_jpeg_that_stops_within_its_picture_is_cleaned_as_well() -> None:
    cut = jpeg(segment(0xFE, HOME))[:-9]
    assert without_metadata(cut) == jpeg()[:-9]


def test_a_png_keeps_its_picture_and_loses_the_rest() -> None:
    magic = b"\x89PNG\r\n\x1a\n"
    seen = [
        chunk(b"IHDR", bytes(13)),
        chunk(b"gAMA", bytes(4)),
        chunk(b"tRNS", b"\0"),
        chunk(b"IDAT", b"pixels"),
        chunk(b"IDAT", b"more"),
    ]
    told = [
        chunk(kind, HOME)
        for kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"vpAg", b"caBX")
    ]
    mixed = [part for pair in zip(seen, told, strict=False) for part in pair]
    end = chunk(b"IEND", b"")
    cleaned = without_metadata(magic + b"".join([*mixed, *told, end]) + HOME)
    assert cleaned == magic + b"".join([*seen, end])


def test_a_webp_keeps_its_picture_and_loses_the_rest() -> None:
    flags = bytes([0x10 | 0x08 | 0x04]) + bytes(9)
    told = riff(
        (b"VP8X", flags),
        (b"ICCP", b"odd"),
        (b"VP8L", b"pixels"),
        (b"EXIF", HOME),
        (b"XMP ", HOME),
        (b"note", HOME),
    )
    expected = riff(
        (b"VP8X", bytes([0x10]) + bytes(9)), (b"ICCP", b"odd"), (b"VP8L", b"pixels")
    )
    assert without_metadata(told + HOME) == expected


@pytest.mark.parametrize("content", [b"", b"plain text", b"RIFF....WAVE", b"\xff\xd8"])
def test_other_files_stay_as_they_are(content: bytes) -> None:
    assert picture_type(content) is None
    assert without_metadata(content) == content


@property_test
@given(
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\0\0\0WEBP"]),
    st.binary(max_size=300),
)
def test_what_only_begins_like_a_picture_is_cleaned_or_refused(
    magic: bytes, rest: bytes
) -> None:
    try:
        cleaned = without_metadata(magic + rest)
    except UnreadablePicture:
        return
    assert without_metadata(cleaned) == cleaned


@property_test
@given(st.data())
def test_every_cut_of_a_jpeg_is_cleaned_or_refused(data: st.DataObject) -> None:
    whole = jpeg(JFIF, segment(0xE1, exif(6)), ICC)
    cut = whole[: data.draw(st.integers(3, len(whole)))]
    try:
        cleaned = without_metadata(cut)
    except UnreadablePicture:
        return
    assert HOME not in cleaned
