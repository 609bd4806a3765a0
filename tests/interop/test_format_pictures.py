"""Pictures lose the same octets in the browser as in Python, whatever is in them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_client.files.metadata import (
    UnreadablePicture,
    picture_type,
    without_metadata,
)
from support.pictures import ADOBE, HOME, ICC, JFIF, chunk, exif, jpeg, riff, segment

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=400)

orientations = st.builds(
    exif, st.integers(0, 10), st.sampled_from("<>"), st.binary(max_size=20)
)
payloads = st.one_of(
    st.binary(max_size=40),
    orientations,
    orientations.map(lambda whole: whole[:-15]),
    st.sampled_from([b"JFIF\0\x01\x02\0\0\x48\0\x48\x01\x01rgb", b"JFIF\0", HOME]),
    st.sampled_from([b"ICC_PROFILE\0x", b"Adobe", b"http://ns.adobe.com/xap/1.0/\0"]),
)
segments = st.one_of(
    st.sampled_from([JFIF, ICC, ADOBE, b"\xff", b"\xff\xff"]),
    st.builds(
        segment, st.sampled_from([*range(0xC0, 0xD0), *range(0xDB, 0xFF)]), payloads
    ),
)
jpegs = st.builds(
    lambda extra, behind: jpeg(*extra, behind=behind),
    st.lists(segments, max_size=6),
    st.binary(max_size=9),
)
bare_jpegs = st.lists(segments, max_size=4).map(
    lambda all_: b"\xff\xd8" + b"".join(all_)
)
kinds = st.sampled_from(
    b"IHDR IDAT PLTE tEXt eXIf tIME gAMA tRNS iCCP acTL fdAT caBX VP8X".split()
)
pngs = st.lists(st.builds(chunk, kinds, st.binary(max_size=20)), max_size=8).map(
    lambda all_: b"\x89PNG\r\n\x1a\n" + b"".join([*all_, chunk(b"IEND", b""), HOME])
)
webp_kinds = st.sampled_from(
    [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANMF", b"ICCP", b"EXIF", b"XMP ", b"note"]
)
webps = st.builds(
    lambda chunks, behind: riff(*chunks) + behind,
    st.lists(st.tuples(webp_kinds, st.binary(max_size=15)), max_size=6),
    st.binary(max_size=5),
)
pictures = st.one_of(jpegs, bare_jpegs, pngs, webps)


def _agreed(formats: JsPeer, whole: bytes) -> bytes | None:
    try:
        ours = without_metadata(whole)
    except UnreadablePicture:
        ours = None
    theirs = formats.call("picture", octets=whole)
    assert theirs["type"] == picture_type(whole)
    cleaned = theirs["cleaned"]
    assert (None if cleaned is None else octets(cleaned)) == ours
    return ours


@repeatable
@given(pictures)
def test_whole_pictures(formats: JsPeer, picture: bytes) -> None:
    _agreed(formats, picture)


@repeatable
@given(pictures, st.data())
def test_cut_and_damaged_pictures(
    formats: JsPeer, picture: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(picture[: data.draw(st.integers(0, len(picture)))])
    if damaged:
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    _agreed(formats, bytes(damaged))


@repeatable
@given(
    st.sampled_from(
        [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x20\0\0\0WEBP", b""]
    ),
    st.binary(max_size=60),
)
def test_what_only_begins_like_a_picture(
    formats: JsPeer, magic: bytes, rest: bytes
) -> None:
    _agreed(formats, magic + rest)


def test_a_place_is_gone_and_the_picture_stays(formats: JsPeer) -> None:
    told = [segment(0xE1, exif(6)), segment(0xFE, HOME)]
    cleaned = _agreed(formats, jpeg(JFIF, *told, ICC, behind=HOME))
    assert cleaned is not None
    assert HOME not in cleaned
    assert jpeg().removeprefix(b"\xff\xd8") in cleaned
