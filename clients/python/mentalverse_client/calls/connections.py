"""RTCPeerConnections as every part of a call needs them: bundled, and two codecs."""

from __future__ import annotations

from collections.abc import Iterable

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpTransceiver,
)

from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.call_events import CallMedia, IceAccess

_CODECS = {"audio": ("audio/opus",), "video": ("video/VP8", "video/rtx")}


def new_connection(access: IceAccess | None) -> RTCPeerConnection:
    """A connection that gathers where it may.

    Args:
        access: Relays and whether only they may be used; None on one's own network.
    """
    if access is None:
        return RTCPeerConnection(
            RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
    policy = RTCIceTransportPolicy.RELAY if access.relay else RTCIceTransportPolicy.ALL
    servers = [
        RTCIceServer(list(it.urls), it.username or None, it.credential or None)
        for it in access.ice_servers
    ]
    return RTCPeerConnection(
        RTCConfiguration(
            iceServers=servers,
            iceTransportPolicy=policy,
            bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
        )
    )


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
