"""Every name of aiortc's and aioice's inside that the forwarder stands on.

Written against aiortc 1.16 and aioice 0.13. `missing` looks for each of them on live
objects, and a process that misses one does not serve: it would forward nothing, or drop
loss reports without a word. Nothing outside this file may name them. Why each is there
stands in `NAMES`.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from importlib.metadata import version
from typing import Any

import aioice.ice
import aiortc
import pylibsrtp
from aiortc import rtp
from aiortc.codecs import is_rtx
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.sdp import SessionDescription

from .packets import (
    Estimate,
    Feedback,
    Identity,
    KeyFrameWanted,
    Lost,
    SenderReport,
)

TESTED = {"aiortc": "1.16.", "aioice": "0.13."}

NAMES: tuple[tuple[str, str, str], ...] = (
    # Replaced on the instance: the tap. The decoder is never fed.
    ("receiver", "_handle_rtp_packet", "packet arrival_time_ms"),
    # Takes the publisher's sender report, and passes it on to the original.
    ("receiver", "_handle_rtcp_packet", "packet"),
    # Ends the thread that would decode.
    ("receiver", "_handle_disconnect", ""),
    # Counters of the receiver reports, which the replaced handler used to feed.
    ("receiver", "_RTCRtpReceiver__remote_streams", ""),
    # Loss and key-frame requests from subscribers.
    ("sender", "_handle_rtcp_packet", "packet"),
    # The idle sender's own reports carry zeros and would break lip sync.
    ("sender", "_send_rtcp", "packets"),
    # What goes out, and under which names.
    ("sender", "_ssrc", ""),
    ("sender", "_rtx_ssrc", ""),
    ("sender", "_stream_id", ""),
    ("sender", "_track_id", ""),
    # What was negotiated.
    ("transceiver", "_codecs", ""),
    ("transceiver", "_headerExtensions", ""),
    # Protect and send.
    ("dtls", "_send_rtp", "data"),
    # Whose datagrams are taken.
    ("ice", "_connection", ""),
    ("connection", "_protocols", ""),
    ("connection", "_remote_candidates", ""),
    ("candidate", "_network_host", ""),
    ("protocol", "datagram_received", "data addr"),
    # How long an answer about consent may take.
    ("protocol", "request", "request addr integrity_key retransmissions"),
    ("aioice", "CONSENT_FAILURES", ""),
    ("aioice", "get_host_addresses", "use_ipv4 use_ipv6"),
    # Packet work.
    ("rtp", "RtcpPsfbPacket", "fmt ssrc media_ssrc fci"),
    ("rtp", "RtcpRtpfbPacket", "fmt ssrc media_ssrc lost"),
    ("rtp", "RtcpSenderInfo", "ntp_timestamp rtp_timestamp packet_count octet_count"),
    ("rtp", "RtcpSrPacket", "ssrc sender_info reports"),
    ("rtp", "pack_remb_fci", "bitrate ssrcs"),
    ("rtp", "unpack_remb_fci", "data"),
)
"""On which object, which name, and the parameters if it is called."""

CONSENT_RETRANSMISSIONS = 2
CONSENT_FAILURES = 4

OnPacket = Callable[[rtp.RtpPacket], Awaitable[None]]
OnReport = Callable[[SenderReport], Awaitable[None]]
OnFeedback = Callable[[Feedback], Awaitable[None]]


class NeverTrack(MediaStreamTrack):
    """A track that has nothing to say: the sender's own loop waits for ever."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:
        """Never return."""
        await asyncio.Event().wait()


def missing() -> list[str]:
    """What this version of the libraries does not have; needs a running loop."""
    wrong = [
        f"{name} {version(name)}, tested with {tested}*"
        for name, tested in TESTED.items()
        if not version(name).startswith(tested)
    ]
    try:
        objects = _live_objects()
    except AttributeError as error:
        return [*wrong, str(error)]
    for where, name, parameters in NAMES:
        found = getattr(objects[where], name, None)
        if found is None and not hasattr(objects[where], name):
            wrong.append(f"{where} without {name}")
        elif parameters and _parameters(found) != parameters.split():
            wrong.append(f"{where}: {name}{tuple(_parameters(found))}")
    return wrong


def _live_objects() -> dict[str, object]:
    """One of each, of a connection that goes nowhere."""
    gatherer = aiortc.RTCIceGatherer(iceServers=[])
    ice = aiortc.RTCIceTransport(gatherer)
    certificate = aiortc.rtcdtlstransport.RTCCertificate.generateCertificate()
    dtls = aiortc.RTCDtlsTransport(ice, [certificate])
    receiver = aiortc.RTCRtpReceiver("video", dtls)
    sender = aiortc.RTCRtpSender(NeverTrack("video"), dtls)
    connection = ice._connection
    return {
        "receiver": receiver,
        "sender": sender,
        "transceiver": aiortc.RTCRtpTransceiver("video", receiver, sender),
        "dtls": dtls,
        "ice": ice,
        "connection": connection,
        "candidate": aioice.Candidate("1", 1, "udp", 1, "127.0.0.1", 9, "host"),
        "protocol": aioice.ice.StunProtocol(connection),
        "aioice": aioice.ice,
        "rtp": rtp,
    }


def _parameters(called: object) -> list[str]:
    try:
        return list(inspect.signature(called).parameters)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ["?"]


def use_addresses(addresses: Iterable[str]) -> None:
    """From now on gather these and no others; none: all but loopback, as is usual."""
    chosen = list(addresses)
    original = aioice.ice.get_host_addresses
    usual = getattr(original, "usual", original)

    def get_host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return chosen or usual(use_ipv4=use_ipv4, use_ipv6=use_ipv6)

    get_host_addresses.usual = usual  # type: ignore[attr-defined]
    aioice.ice.get_host_addresses = get_host_addresses


def wait_for_consent() -> None:
    """From now on an answer about consent (RFC 7675) may take 3.5 s instead of 0.5 s.

    aioice asks every five seconds and counts what comes later than half a second as
    nothing. On a bad mobile network everything does: after six of them, 30 s, it would
    close a connection over which people hear each other. Asked again after 0.5 and 1 s
    the answer has 3.5 s, and four failures are about the same 30 s.
    """
    ask = aioice.ice.StunProtocol.request
    if hasattr(ask, "original"):
        return

    async def request(
        self: Any,
        request: Any,
        addr: tuple[str, int],
        integrity_key: bytes | None = None,
        retransmissions: int | None = None,
    ) -> Any:
        # Nothing but a question about consent is asked once only.
        tries = CONSENT_RETRANSMISSIONS if retransmissions == 0 else retransmissions
        return await ask(self, request, addr, integrity_key, tries)

    request.original = ask  # type: ignore[attr-defined]
    inside: Any = aioice.ice
    inside.StunProtocol.request = request
    inside.CONSENT_FAILURES = CONSENT_FAILURES


def tap(
    receiver: aiortc.RTCRtpReceiver, on_packet: OnPacket, on_report: OnReport
) -> None:
    """Take what `receiver` receives; from the first packet on nothing can decode it."""
    passed_on = receiver._handle_rtcp_packet
    decoding = True

    async def handle_rtp_packet(packet: rtp.RtpPacket, arrival_time_ms: int) -> None:
        nonlocal decoding
        if decoding:
            decoding = False
            receiver._handle_disconnect()
        await on_packet(packet)

    async def handle_rtcp_packet(packet: rtp.AnyRtcpPacket) -> None:
        await passed_on(packet)
        if isinstance(packet, rtp.RtcpSrPacket):
            info = packet.sender_info
            await on_report(SenderReport(info.ntp_timestamp, info.rtp_timestamp))

    inside: Any = receiver
    inside._handle_rtp_packet = handle_rtp_packet
    inside._handle_rtcp_packet = handle_rtcp_packet


def count(receiver: aiortc.RTCRtpReceiver, packet: rtp.RtpPacket, clock: int) -> None:
    """Let receiver reports speak of `packet`; the publisher adapts to them."""
    inside: Any = receiver
    streams = inside._RTCRtpReceiver__remote_streams
    if packet.ssrc not in streams:
        streams[packet.ssrc] = StreamStatistics(clock)
    streams[packet.ssrc].add(packet)


def listen(sender: aiortc.RTCRtpSender, on_feedback: OnFeedback) -> None:
    """Take what a subscriber reports of `sender`, and keep the idle sender quiet."""

    async def handle_rtcp_packet(packet: rtp.AnyRtcpPacket) -> None:
        feedback = _feedback(packet)
        if feedback is not None:
            await on_feedback(feedback)

    async def send_rtcp(packets: list[rtp.AnyRtcpPacket]) -> None:
        """Say nothing: the stream's reports are its publisher's."""

    inside: Any = sender
    inside._handle_rtcp_packet = handle_rtcp_packet
    inside._send_rtcp = send_rtcp


def _feedback(packet: rtp.AnyRtcpPacket) -> Feedback | None:
    if isinstance(packet, rtp.RtcpRtpfbPacket) and packet.fmt == rtp.RTCP_RTPFB_NACK:
        return Lost(tuple(packet.lost))
    if not isinstance(packet, rtp.RtcpPsfbPacket):
        return None
    if packet.fmt in (rtp.RTCP_PSFB_PLI, rtp.RTCP_PSFB_FIR):
        return KeyFrameWanted()
    if packet.fmt != rtp.RTCP_PSFB_APP:
        return None
    try:
        bits, ssrcs = rtp.unpack_remb_fci(packet.fci)
    except ValueError:
        return None
    return Estimate(bits, frozenset(ssrcs))


def name_stream(sender: aiortc.RTCRtpSender, stream: str, track: str) -> None:
    """What the next offer calls it: sound and picture of one `stream` stay in step."""
    sender._stream_id = stream
    sender._track_id = track


def codecs(transceiver: aiortc.RTCRtpTransceiver) -> dict[int, tuple[int, int | None]]:
    """From payload type to (clock rate, payload type it repeats or None)."""
    found: dict[int, tuple[int, int | None]] = {}
    for codec in transceiver._codecs:
        repeats = codec.parameters.get("apt")
        if codec.payloadType is None:
            continue
        if not is_rtx(codec):
            found[codec.payloadType] = (codec.clockRate, None)
        elif isinstance(repeats, int):
            found[codec.payloadType] = (codec.clockRate, repeats)
    return found


def identity(transceiver: aiortc.RTCRtpTransceiver) -> Identity:
    """What was negotiated for packets that leave by `transceiver`."""
    sender = transceiver.sender
    media = transceiver._codecs[0]
    again = [
        codec.payloadType
        for codec in transceiver._codecs
        if is_rtx(codec) and codec.parameters.get("apt") == media.payloadType
    ]
    ids = {
        each.uri.rsplit(":", 1)[-1].rsplit("/", 1)[-1]: each.id
        for each in transceiver._headerExtensions
        if 1 <= each.id <= 14
    }
    return Identity(
        mid=transceiver.mid or "",
        ssrc=sender._ssrc,
        payload_type=media.payloadType or 0,
        rtx_ssrc=sender._rtx_ssrc,
        rtx_payload_type=again[0] if again else None,
        mid_extension=ids.get("mid", 0),
        level_extension=ids.get("ssrc-audio-level", 0),
        time_extension=ids.get("abs-send-time", 0),
    )


async def send(sender: aiortc.RTCRtpSender, data: bytes) -> bool:
    """Protect and send; False if the connection carries nothing any more."""
    try:
        await sender.transport._send_rtp(data)
    except ConnectionError:
        return False
    except pylibsrtp.Error:
        # This packet is lost; the connection is as good as before.
        return True
    return True


async def send_report(
    sender: aiortc.RTCRtpSender, report: SenderReport, packets: int, octets: int
) -> None:
    """A publisher's clock pair, as a report of the stream of `sender`."""
    info = rtp.RtcpSenderInfo(
        ntp_timestamp=report.ntp,
        rtp_timestamp=report.timestamp,
        packet_count=packets & 0xFFFFFFFF,
        octet_count=octets & 0xFFFFFFFF,
    )
    await send(sender, bytes(rtp.RtcpSrPacket(ssrc=sender._ssrc, sender_info=info)))


async def ask_key_frame(transceiver: aiortc.RTCRtpTransceiver, ssrc: int) -> None:
    """Ask the publisher of `ssrc` for a key frame."""
    packet = rtp.RtcpPsfbPacket(
        fmt=rtp.RTCP_PSFB_PLI, ssrc=transceiver.sender._ssrc, media_ssrc=ssrc
    )
    await send(transceiver.sender, bytes(packet))


async def ask_again(
    transceiver: aiortc.RTCRtpTransceiver, ssrc: int, numbers: list[int]
) -> None:
    """Ask the publisher of `ssrc` for packets that did not come; `numbers` sorted."""
    packet = rtp.RtcpRtpfbPacket(
        fmt=rtp.RTCP_RTPFB_NACK, ssrc=transceiver.sender._ssrc, media_ssrc=ssrc
    )
    packet.lost = numbers
    await send(transceiver.sender, bytes(packet))


async def limit(
    transceiver: aiortc.RTCRtpTransceiver, ssrc: int, bits_per_second: int
) -> None:
    """Tell the publisher of `ssrc` to stay below this rate."""
    packet = rtp.RtcpPsfbPacket(
        fmt=rtp.RTCP_PSFB_APP,
        ssrc=transceiver.sender._ssrc,
        media_ssrc=0,
        fci=rtp.pack_remb_fci(bits_per_second, [ssrc]),
    )
    await send(transceiver.sender, bytes(packet))


def filter_sources(
    transport: aiortc.RTCIceTransport, on_dropped: Callable[[], None]
) -> None:
    """Take nothing but checks from addresses that have passed none.

    aioice hands whatever is no STUN to DTLS, from anybody: a stranger's ClientHello in
    time would be answered instead of the peer's. The remote candidates of a connection
    that was told of none are exactly the addresses that sent an authenticated check.
    """
    connection = transport._connection

    def is_known(address: tuple[Any, ...]) -> bool:
        return any(
            each.port == address[1] and each._network_host == address[0]
            for each in connection._remote_candidates
        )

    def filtered(
        taken: Callable[[bytes, tuple[Any, ...]], None],
    ) -> Callable[[bytes, tuple[Any, ...]], None]:
        def datagram_received(data: bytes, addr: tuple[Any, ...]) -> None:
            # First byte below 4: STUN (RFC 7983).
            if data and data[0] > 3 and not is_known(addr):
                on_dropped()
                return
            taken(data, addr)

        return datagram_received

    protocols: list[Any] = connection._protocols
    for protocol in protocols:
        protocol.datagram_received = filtered(protocol.datagram_received)


def route(connection: aiortc.RTCPeerConnection, offer: str) -> None:
    """Lead the streams that `offer` names to their lines.

    aiortc learns streams when a line begins, and no more. An engine that uses an idle
    line again may give it a new one, which would then reach nobody.
    """
    media = {each.rtp.muxId: each for each in SessionDescription.parse(offer).media}
    for line in connection.getTransceivers():
        for stream in media[line.mid].ssrc if line.mid in media else ():
            line.receiver.transport._rtp_router.ssrc_table[stream.ssrc] = line.receiver
