"""A packet's way out, without sockets: numbers, clocks, loss, headers, shares."""

from __future__ import annotations

from itertools import pairwise

import pytest
from aiortc.rtcrtpparameters import (
    RTCRtpHeaderExtensionParameters,
    RTCRtpParameters,
)
from aiortc.rtp import (
    HeaderExtensionsMap,
    RtcpRtpfbPacket,
    RtpPacket,
    unwrap_rtx,
)
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_server.media.driver import FeedId, feed_id
from mentalverse_server.media.forwarder.leg import MAX_AGAIN_PER_SECOND, Leg
from mentalverse_server.media.forwarder.losses import (
    ASK_AGAIN_MS,
    ASK_TIMES,
    MAX_MISSING,
    RING_PACKETS,
    Missing,
    Ring,
    SequenceNumbers,
)
from mentalverse_server.media.forwarder.packets import (
    HeaderWriter,
    Identity,
    Packet,
    SenderReport,
    absolute_send_time,
)
from mentalverse_server.media.forwarder.shares import (
    BACK_AFTER_MS,
    DROP_AFTER_MS,
    MAX_PLANNED_PACKETS,
    Downlink,
    planned_packets,
)

IDENTITY = Identity(
    mid="7",
    ssrc=0x11223344,
    payload_type=97,
    rtx_ssrc=0x55667788,
    rtx_payload_type=98,
    mid_extension=1,
    level_extension=2,
    time_extension=3,
)
EXTENSIONS = HeaderExtensionsMap()
EXTENSIONS.configure(
    RTCRtpParameters(
        headerExtensions=[
            RTCRtpHeaderExtensionParameters(id=number, uri=uri)
            for number, uri in (
                (1, "urn:ietf:params:rtp-hdrext:sdes:mid"),
                (2, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
                (3, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
            )
        ]
    )
)


def read(data: bytes | None) -> RtpPacket:
    """As aiortc reads it."""
    assert data is not None
    return RtpPacket.parse(data, EXTENSIONS)


def packet(index: int, timestamp: int = 0) -> Packet:
    return Packet(index, timestamp, 0, index.to_bytes(8, "big"))


@given(
    mid=st.text("abcXYZ019", min_size=1, max_size=16),
    level=st.none() | st.integers(0, 255),
    payload=st.binary(max_size=1200),
    number=st.integers(0, 0xFFFF),
    timestamp=st.integers(0, 0xFFFFFFFF),
    marker=st.integers(0, 1),
)
def test_a_header_is_read_as_it_was_meant(
    mid: str,
    level: int | None,
    payload: bytes,
    number: int,
    timestamp: int,
    marker: int,
) -> None:
    identity = Identity(mid, 9, 97, 10, 98, 1, 2, 3)
    sent = Packet(0, 1, marker, payload, level)
    came = read(HeaderWriter(identity).media(sent, number, timestamp, 0xABCDEF))
    assert (came.ssrc, came.payload_type, came.marker) == (9, 97, marker)
    assert (came.sequence_number, came.timestamp) == (number, timestamp)
    assert (came.payload, came.extensions.mid) == (payload, mid)
    assert came.extensions.abs_send_time == 0xABCDEF
    expected = None if level is None else (level > 127, level & 0x7F)
    assert came.extensions.audio_level == expected
    again = read(HeaderWriter(identity).again(sent, number, timestamp, 1, 5))
    assert (again.ssrc, again.payload_type, again.sequence_number) == (10, 98, 5)
    unwrapped = unwrap_rtx(again, 97, 9)
    assert (unwrapped.sequence_number, unwrapped.payload) == (number, payload)


def test_without_extensions_there_is_a_bare_header() -> None:
    data = HeaderWriter(Identity("7", 9, 97)).media(packet(1), 1, 1, 1)
    assert (len(data), data[0]) == (12 + 8, 0x80)


@given(st.lists(st.integers(-300, 300), max_size=60), st.integers(0, 0xFFFF))
def test_numbers_are_counted_on_over_their_end(steps: list[int], first: int) -> None:
    numbers, true = SequenceNumbers(), 0x10000 + first
    assert numbers.extend(first) == true
    highest = true
    for step in steps:
        true = highest + step
        assert numbers.extend(true & 0xFFFF) == true
        highest = max(highest, true)


@given(
    st.lists(
        st.tuples(st.sampled_from(["send", "pause", "hand over"]), st.integers(1, 5)),
        max_size=40,
    ),
    st.integers(0, 0x20000),
)
def test_what_goes_out_is_an_unbroken_row(
    life: list[tuple[str, int]], index: int
) -> None:
    """Also when the publisher's own numbers have wrapped more than once meanwhile."""
    leg, out, now_ms = Leg(IDENTITY, 90_000), [], 0
    for what, count in life:
        for _ in range(count):
            now_ms += 33
            if what == "send":
                index += 1
                out.append(read(leg.take(packet(index, now_ms * 90), now_ms)))
            elif what == "pause":
                index += 40_000
                leg.interrupted()
            else:
                index = 0x10000 + count
                leg.handed_over()
    numbers = [each.sequence_number for each in out]
    first = numbers[0] if numbers else 0
    assert numbers == [(first + n) & 0xFFFF for n in range(len(numbers))]
    moved = [(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in pairwise(out)]
    assert all(0 < each < 0x80000000 for each in moved)


def test_a_publishers_own_numbers_and_clock_pass_unchanged() -> None:
    leg = Leg(IDENTITY, 48_000)
    for index in (0x1FFFE, 0x1FFFF, 0x20001):
        came = read(leg.take(packet(index, index * 960), 5))
        assert came.sequence_number == index & 0xFFFF
        assert came.timestamp == index * 960
    report = SenderReport(77, 123_456)
    assert leg.report(report) == report


def test_another_publishers_clock_is_told_as_it_was_moved() -> None:
    leg = Leg(IDENTITY, 90_000)
    leg.take(packet(0x10000, 500), 1_000)
    leg.handed_over()
    assert leg.report(SenderReport(1, 9_000)) is None
    came = read(leg.take(packet(0x18000, 9_000), 2_000))
    assert came.timestamp == 500 + 90_000
    assert leg.report(SenderReport(1, 9_090)) == SenderReport(1, 90_590)


def test_what_is_from_before_a_pause_is_not_sent() -> None:
    leg, ring = Leg(IDENTITY, 90_000), Ring()
    for index in (70_000, 70_001):
        ring.add(packet(index))
        leg.take(packet(index), 0)
    leg.interrupted()
    ring.add(packet(70_010))
    number = read(leg.take(packet(70_010), 0)).sequence_number
    assert leg.take(packet(70_005), 0) is None
    assert leg.again(number, ring, 0) is not None
    assert leg.again(number - 1, ring, 0) is None


def test_a_lost_packet_is_found_by_the_number_it_went_out_under() -> None:
    leg, ring = Leg(IDENTITY, 90_000), Ring()
    for index in range(0x1FFF0, 0x1FFF0 + RING_PACKETS + 10):
        ring.add(packet(index))
        leg.take(packet(index), 0)
    came = unwrap_rtx(read(leg.again(0x0005, ring, 0)), 97, IDENTITY.ssrc)
    assert came.payload == (0x20005).to_bytes(8, "big")
    assert leg.again(0xFFF0, ring, 0) is None


def test_sending_again_has_a_limit() -> None:
    leg, ring = Leg(IDENTITY, 90_000), Ring()
    ring.add(packet(70_000))
    number = read(leg.take(packet(70_000), 0)).sequence_number
    sent = [leg.again(number, ring, 10) for _ in range(2 * MAX_AGAIN_PER_SECOND)]
    assert sum(each is not None for each in sent) == MAX_AGAIN_PER_SECOND
    assert leg.again(number, ring, 1_010) is not None


def test_what_is_missing_is_asked_for_some_times() -> None:
    missing = Missing()
    assert not missing.arrived(0x1FFFE, 0)
    assert missing.arrived(0x20002, 0)
    asked = []
    for n in range(ASK_TIMES + 2):
        asked.append(missing.due(n * ASK_AGAIN_MS))
        missing.arrived(0x20000, 0)
    assert asked[0] == [0, 1, 0xFFFF]
    assert asked[1] == [1, 0xFFFF]
    assert [bool(each) for each in asked] == [True] * ASK_TIMES + [False] * 2
    assert missing.lost == 2


@given(st.lists(st.integers(1, 2 * MAX_MISSING), max_size=30))
def test_what_is_asked_for_fits_a_report(steps: list[int]) -> None:
    missing, index = Missing(), 0x1FF00
    for step in steps:
        missing.arrived(index := index + step, 0)
        numbers = missing.due(0)
        assert len(numbers) <= MAX_MISSING
        report = RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=2, lost=numbers)
        parsed = RtcpRtpfbPacket.parse(bytes(report)[4:], 1)
        assert set(numbers) <= set(parsed.lost)


def test_time_of_sending_is_seconds_with_eighteen_bits() -> None:
    assert absolute_send_time(1_000) == 1 << 18
    assert absolute_send_time(64_000) == 0


def test_two_rooms_of_ten_or_three_of_eight_fit() -> None:
    for rooms, seats in ((2, 10), (3, 8)):
        planned = planned_packets(seats)
        assert rooms * planned <= MAX_PLANNED_PACKETS < (rooms + 1) * planned


CAMERAS = [feed_id("ada", 1), feed_id("ben", 1)]
FLOWING = frozenset({1, 2})


def _judged(downlink: Downlink, seconds: int, bits: int, ssrcs: frozenset[int]) -> int:
    """How many cameras are dropped after so long; 500 kbit/s are sent."""
    for second in range(seconds + 1):
        now_ms = 100_000 + second * 1_000
        downlink.estimated(bits, ssrcs, FLOWING, now_ms)
        left: list[FeedId] = [each for each in CAMERAS if each not in downlink.dropped]
        downlink.judge(500_000, left, now_ms)
    return len(downlink.dropped)


@pytest.mark.parametrize(
    ("seconds", "dropped"),
    [(2, 0), (DROP_AFTER_MS // 1000, 1), (2 * DROP_AFTER_MS // 1000 + 1, 2), (30, 2)],
)
def test_a_thin_line_loses_one_camera_after_the_other(
    seconds: int, dropped: int
) -> None:
    downlink = Downlink()
    assert _judged(downlink, seconds, 300_000, FLOWING) == dropped
    assert downlink.dropped == CAMERAS[:dropped]


def test_cameras_come_back_one_by_one() -> None:
    downlink = Downlink()
    _judged(downlink, 7, 300_000, FLOWING)
    gone = []
    for second in range(8, 40):
        downlink.judge(1, [], 100_000 + second * 1_000)
        gone.append(len(downlink.dropped))
    assert gone[0] == 2
    assert gone.count(1) == BACK_AFTER_MS // 1000
    assert gone[-1] == 0


def test_an_estimate_of_one_line_says_nothing_about_all() -> None:
    """aiortc estimates each line for itself: cameras of its users must not go."""
    assert _judged(Downlink(), 30, 100_000, frozenset({1})) == 0
    assert _judged(Downlink(), 30, 360_000, FLOWING) == 0
