"""Which descriptions an engine gets to see, and that nothing else breaks the check."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest

from mentalverse_server.media import sdp_rules
from mentalverse_server.media.driver import (
    MAX_CANDIDATE_BYTES,
    MAX_SDP_BYTES,
    BadSdp,
    E2eeRequired,
    FeedId,
    Jsep,
    RoomSpec,
    SfuError,
)
from mentalverse_server.media.forwarder import hooks
from mentalverse_server.media.forwarder.probe import PICTURE, SOUND, Sending
from mentalverse_server.media.forwarder.room import Room
from mentalverse_server.media.forwarder.rooms import steady_ms
from support.sfu_suite import LOOPBACK

FUZZED = 50_000
FUZZED_IN_ENGINE = 300
CHROMIUM = """v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2122260223 0f1e2d3c.local 50000 typ host generation 0
a=ice-ufrag:Yy4j
a=ice-pwd:b0mG2dMxZgnUQ2wJ3Q1M6v5X
a=ice-options:trickle
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendonly
a=msid:- 5fdb9b37-2b1e-4b8c-9d5f-a1b2c3d4e5f6
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=ssrc:1093821737 cname:Bk6cLbNQbBFqO9Mf
m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=ice-ufrag:Yy4j
a=ice-pwd:b0mG2dMxZgnUQ2wJ3Q1M6v5X
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:1
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendonly
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=ssrc-group:FID 3210 3211
a=ssrc:3210 cname:Bk6cLbNQbBFqO9Mf
a=ssrc:3211 cname:Bk6cLbNQbBFqO9Mf
""".replace("\n", "\r\n").format(fingerprint=":".join(["AB"] * 32))


def taken(sdp: str) -> None:
    sdp_rules.check(Jsep("offer", sdp, e2ee=True), "offer")


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    hooks.use_addresses([LOOPBACK])
    made = Room(RoomSpec("room", 10, screen=True), lambda _: None, steady_ms)
    yield made
    await made.close()
    hooks.use_addresses([])


async def test_what_browsers_and_our_client_offer_is_taken() -> None:
    taken(CHROMIUM)
    sending = Sending(SOUND, PICTURE)
    taken(await sending.offer())
    await sending.close()


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("v=0", "v=1"),
        ("VP8/90000", "VP9/90000"),
        ("VP8/90000", "H264/90000"),
        ("opus/48000/2", "opus/48000"),
        ("opus/48000/2", "red/48000/2"),
        ("m=audio 9", "m=application 9"),
        ("UDP/TLS/RTP/SAVPF 111", "RTP/AVP 111"),
        ("SAVPF 111", "SAVPF 111 0"),
        ("SAVPF 96 97", "SAVPF 96"),
        ("apt=96", "apt=111"),
        ("a=mid:1", "a=mid:0"),
        ("a=mid:1\r\n", ""),
        ("a=mid:1", "a=mid:" + "1" * 17),
        ("a=rtcp-mux\r\n", ""),
        ("a=ice-ufrag:Yy4j\r\n", ""),
        ("a=fingerprint:", "a=fingerprin:"),
        ("a=extmap:4 ", "a=extmap:15 "),
        ("a=extmap:4 ", "a=extmap:0 "),
        ("s=-", "s=\x00"),
        ("s=-", "s=" + "x" * sdp_rules.MAX_LINE_CHARACTERS),
        ("s=-", "\r\n".join(["a=x"] * sdp_rules.MAX_LINES)),
        ("t=0 0", "a=" + "\r\na=".join(["x" * 2_000] * (MAX_SDP_BYTES // 2_000))),
    ],
)
def test_one_thing_wrong_is_enough(what: str, instead: str) -> None:
    assert what in CHROMIUM
    with pytest.raises(BadSdp):
        taken(CHROMIUM.replace(what, instead))


def test_it_says_that_frames_are_sealed_and_what_it_is() -> None:
    with pytest.raises(E2eeRequired):
        sdp_rules.check(Jsep("offer", CHROMIUM, e2ee=False), "offer")
    with pytest.raises(BadSdp):
        sdp_rules.check(Jsep("answer", CHROMIUM, e2ee=True), "offer")


def test_no_more_media_than_a_room_needs() -> None:
    head, *_, video = CHROMIUM.split("m=")
    lines = [
        "m=" + video.replace("a=mid:1", f"a=mid:v{number}")
        for number in range(sdp_rules.MAX_MEDIA + 1)
    ]
    taken(head + "".join(lines[:-1]))
    with pytest.raises(BadSdp):
        taken(head + "".join(lines))


def test_a_candidate_is_a_short_line() -> None:
    sdp_rules.check_candidate("")
    sdp_rules.check_candidate("candidate:1 1 udp 1 192.0.2.1 5000 typ host")
    for bad in ("typ host", "candidate:\n", "candidate:" + "x" * MAX_CANDIDATE_BYTES):
        with pytest.raises(BadSdp):
            sdp_rules.check_candidate(bad)


def damaged(rng: random.Random) -> str:
    """A few lines doubled, dropped, moved or cut, a few characters changed."""
    lines = CHROMIUM.split("\r\n")
    for _ in range(rng.randint(1, 6)):
        here, there = rng.randrange(len(lines)), rng.randrange(len(lines))
        match rng.randrange(5):
            case 0:
                lines.insert(there, lines[here])
            case 1:
                lines[here] = ""
            case 2:
                lines[here], lines[there] = lines[there], lines[here]
            case 3:
                lines[here] = lines[here][: rng.randrange(len(lines[here]) + 1)]
            case _:
                at = rng.randrange(len(lines[here]) + 1)
                new = rng.choice(["9", " ", ":", "=", "-1", "\ud800", "é", "999999"])
                lines[here] = lines[here][:at] + new + lines[here][at + 1 :]
    return rng.choice(["\r\n", "\n"]).join(lines)


def test_damage_is_refused_in_the_words_that_are_agreed() -> None:
    """M14: nothing but `BadSdp`, whatever comes."""
    rng = random.Random(14)
    refused = 0
    for _ in range(FUZZED):
        try:
            taken(damaged(rng))
        except BadSdp:
            refused += 1
    assert FUZZED // 4 < refused < FUZZED


async def test_what_passes_the_check_does_not_break_the_engine(room: Room) -> None:
    rng = random.Random(15)
    tried = 0
    while tried < FUZZED_IN_ENGINE:
        sdp = damaged(rng)
        try:
            taken(sdp)
        except BadSdp:
            continue
        tried += 1
        try:
            await room.publish(FeedId(f"ada:{tried}"), sdp)
        except SfuError as error:
            assert isinstance(error, BadSdp)
    await room.kick("ada")
    assert not room.seats
