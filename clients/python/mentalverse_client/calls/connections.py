"""RTCPeerConnections as every part of a call needs them: bundled, and two codecs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from aioice import ice, stun
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import OperationError
from aiortc.sdp import SessionDescription

from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.call_events import CallMedia, IceAccess, IceServer

GATHER_SECONDS = 3.0
"""For addresses of one's own and of a relay; then the next relay is tried."""
_CODECS = {"audio": ("audio/opus",), "video": ("video/VP8", "video/rtx")}
_CONSENT_RETRANSMISSIONS = 2
_CONSENT_FAILURES = 4


class RelayUnheard(OperationError):
    """The relay of this attempt is not to be had; the next one takes another."""


def new_connection(access: IceAccess | None, attempt: int = 0) -> RTCPeerConnection:
    """A connection that gathers where it may.

    Args:
        access: Relays and whether only they may be used; None on one's own network.
        attempt: How many there were before. aiortc asks one relay at one address: the
            next attempt takes the next of them.
    """
    wait_for_consent()
    if access is None:
        return RTCPeerConnection(
            RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
    policy = RTCIceTransportPolicy.RELAY if access.relay else RTCIceTransportPolicy.ALL
    servers = [
        RTCIceServer([url], it.username or None, it.credential or None)
        for it, url in _taken(access, attempt)
    ]
    return RTCPeerConnection(
        RTCConfiguration(
            iceServers=servers,
            iceTransportPolicy=policy,
            bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
        )
    )


def wait_for_consent() -> None:
    """Give an answer about consent (RFC 7675) 3.5 s, for all connections of aioice.

    It asks every five seconds, and counts what takes longer than half a second as no
    answer: on a slow network the connection is closed after 30 s, although both are
    heard. Asked again after 0.5 and 1 s, four failures are about the same 30 s.
    """
    ask = ice.StunProtocol.request
    if hasattr(ask, "original"):
        return

    async def request(
        self: ice.StunProtocol,
        request: stun.Message,
        addr: tuple[str, int],
        integrity_key: bytes | None = None,
        retransmissions: int | None = None,
    ) -> tuple[stun.Message, tuple[str, int]]:
        # Nothing but a question about consent is asked once only.
        tries = _CONSENT_RETRANSMISSIONS if retransmissions == 0 else retransmissions
        return await ask(self, request, addr, integrity_key, tries)

    inside: Any = ice
    request.original = ask  # type: ignore[attr-defined]
    inside.StunProtocol.request = request
    inside.CONSENT_FAILURES = _CONSENT_FAILURES


def _taken(access: IceAccess, attempt: int) -> list[tuple[IceServer, str]]:
    known = [(it, url) for it in access.ice_servers for url in it.urls]
    relays = [each for each in known if each[1].startswith("turn")]
    others = [each for each in known if each not in relays]
    return others + ([relays[attempt % len(relays)]] if relays else [])


async def describe(connection: RTCPeerConnection, made: RTCSessionDescription) -> None:
    """Set one's own description, with every address that can be had in time.

    Raises:
        RelayUnheard: a relay does not answer, or refuses.
    """
    try:
        async with asyncio.timeout(GATHER_SECONDS):
            await connection.setLocalDescription(made)
    except TimeoutError:
        raise RelayUnheard("a relay does not answer") from None
    except (stun.TransactionError, OSError) as error:
        raise RelayUnheard(f"a relay refuses: {error}") from None


async def take(connection: RTCPeerConnection, told: RTCSessionDescription) -> None:
    """Set what the other side has described.

    Raises:
        OperationError: it is not taken.
    """
    try:
        await connection.setRemoteDescription(told)
    except Exception as error:
        # What another device wrote: aiortc's parser fails in many ways.
        raise OperationError(f"not taken: {error}") from error


def route(connection: RTCPeerConnection, offer: str) -> None:
    """Lead the streams that an offer names to their lines.

    aiortc learns streams when a line begins, and no more; it asks for no MID either. A
    forwarder that uses an idle line again may give it a new stream, which would then
    reach nobody. These are names of its inside.
    """
    media = {it.rtp.muxId: it for it in SessionDescription.parse(offer).media}
    for line in connection.getTransceivers():
        described = media.get(line.mid or "")
        if described is None or described.direction in ("inactive", "recvonly"):
            continue
        receiver: Any = line.receiver
        for stream in described.ssrc:
            receiver.transport._rtp_router.ssrc_table[stream.ssrc] = receiver
        again: dict[int, int] = receiver._RTCRtpReceiver__rtx_ssrc
        for group in described.ssrc_group:
            if group.semantic == "FID" and len(group.items) == 2:
                first, second = map(int, group.items)
                again[second] = first


def kind_of(slot: Slot) -> str:
    """`audio` or `video`."""
    return "video" if slot.is_video else "audio"


def prefer_codecs(transceivers: Iterable[RTCRtpTransceiver]) -> None:
    """Leave Opus and VP8 with its retransmission."""
    for each in transceivers:
        capabilities = RTCRtpReceiver.getCapabilities(each.kind)
        known = capabilities.codecs if capabilities is not None else []
        wanted = _CODECS[each.kind]
        each.setCodecPreferences([it for it in known if it.mimeType in wanted])


def slots_of(media: CallMedia) -> frozenset[Slot]:
    """What a call may carry of everybody."""
    if media is CallMedia.AUDIO:
        return frozenset({Slot.MICROPHONE})
    return frozenset({Slot.MICROPHONE, Slot.CAMERA})
