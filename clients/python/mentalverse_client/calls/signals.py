"""Signals between the devices of a call: sealed on their way out, judged coming in.

What the server says of a signal counts only where the sealed words say the same: who
sent it, to which device, in which call, about which connection. One of an epoch that is
not here yet waits 5 s for its commit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from mentalverse_crypto.caption import Caption
from mentalverse_crypto.content import Content
from mentalverse_crypto.errors import EpochTooNew, MlsError
from mentalverse_crypto.rtc_signal import RtcSignal
from mentalverse_signaling.call_events import SignalSend
from mentalverse_signaling.call_notices import SignalSent
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.fields import Empty
from mentalverse_signaling.ids import AccountId, CallId, DeviceId

from ..errors import ClientError, NotConnected
from .peer import SignalUnheard
from .ports import KeyGroup, Line

EARLY_MS = 5_000
MAX_EARLY = 64

_log = logging.getLogger(__name__)


class Signals:
    """The way of signals of one call.

    Args:
        line: To the server.
        call: Its id.
        own: Account and device of this one.
        group: Whose members understand them; None: not known yet.
        now_ms: A clock that does not go back.
    """

    def __init__(
        self,
        line: Line,
        call: CallId,
        own: Leaf,
        group: Callable[[], KeyGroup | None],
        now_ms: Callable[[], int],
    ) -> None:
        self._line, self._call, self._own, self._now_ms = line, call, own, now_ms
        self._group = group
        self._early: list[tuple[int, SignalSent]] = []

    async def send(self, to: Leaf, signal: RtcSignal) -> None:
        """Seal a signal for another device, and send it.

        Raises:
            SignalUnheard: there is no line, no key, or the server refuses it.
        """
        group = self._group()
        if group is None:
            raise SignalUnheard("there are no keys to seal it with")
        try:
            sealed = group.seal(signal)
            sent = SignalSend(self._call, to[1], signal.pc_gen, sealed)
            await self._line.call("signal.send", sent, Empty)
        except (NotConnected, SignalingError, MlsError, ClientError) as error:
            raise SignalUnheard(str(error)) from None

    def open(self, sent: SignalSent) -> RtcSignal | Caption | None:
        """What another device says; None: nothing now, or not what it seems."""
        leaf = AccountId(sent.member), DeviceId(sent.device)
        group = self._group()
        if group is None:
            self._keep(sent)
            return None
        try:
            sender, content = group.open(sent.sealed)
        except EpochTooNew:
            self._keep(sent)
            return None
        except MlsError as error:
            _log.debug("a signal does not open: %s", error.code)
            return None
        said = content.body if isinstance(content, Content) else None
        if isinstance(said, Caption):
            return said if sender == leaf else None
        if not isinstance(said, RtcSignal):
            return None
        meant = said.call.hex(), said.to.hex(), said.pc_gen, sender
        return said if meant == (self._call, self._own[1], sent.pc_gen, leaf) else None

    def early(self) -> list[SignalSent]:
        """Those that waited for keys and may be opened now, and wait no longer."""
        early, self._early = self._early, []
        now_ms = self._now_ms()
        return [sent for ends_ms, sent in early if ends_ms > now_ms]

    def _keep(self, sent: SignalSent) -> None:
        if len(self._early) < MAX_EARLY:
            self._early.append((self._now_ms() + EARLY_MS, sent))
