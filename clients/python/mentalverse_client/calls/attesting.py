"""Receipts of calls: signed and sent by themselves when a call is over for this device.

Nobody is asked and nothing is shown: a receipt says no more than the roster did.
Without a line it goes out with the next one, as long as this program runs. One that is
never sent costs no minute that was planned: the server's own word stands in for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress

from mentalverse_signaling.attendance_events import AttendanceAttest
from mentalverse_signaling.attendance_text import is_signed_for, receipt_octets
from mentalverse_signaling.call_events import CallView
from mentalverse_signaling.errors import Fault, SignalingError
from mentalverse_signaling.fields import Empty
from mentalverse_signaling.ids import CallId

from ..engine import Engine
from ..errors import NotConnected
from ..line.connection import ConnectionState
from ..updates import UpdateKind
from .groups import EngineAccounts
from .tally import Tally

MAX_TALLIES = 16
"""Calls that a device may come back to, and count on."""
MAX_DUE = 64
SEND_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Attesting:
    """The receipts of this device."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._accounts = EngineAccounts(engine)
        self._tallies: OrderedDict[CallId, Tally] = OrderedDict()
        self._due: dict[CallId, AttendanceAttest] = {}
        engine.run_beside(self.run)

    async def run(self) -> None:
        """Send what is due whenever there is a line, until cancelled."""
        async for update in self._engine.updates.subscribe():
            if update.kind is UpdateKind.CONNECTION and self._is_online():
                for receipt in tuple(self._due.values()):
                    await self._send(receipt)

    def tally(self, call: CallId) -> Tally:
        """What is counted of a call; the same one as before if it was visited."""
        tally = self._tallies.get(call) or Tally(self._engine.device.leaf[0])
        self._tallies[call] = tally
        self._tallies.move_to_end(call)
        while len(self._tallies) > MAX_TALLIES:
            self._tallies.popitem(last=False)
        return tally

    async def over(self, view: CallView) -> None:
        """A call is over for this device: sign, and send if there is a line."""
        tally = self._tallies.get(view.call)
        if tally is None or tally.role is None or not tally.marks:
            return
        if not is_signed_for(view.conversation_kind, view.session, tally.minutes):
            return
        octets = receipt_octets(
            *(view.call, view.session, self._engine.device.leaf),
            *(tally.role, tally.minutes, tally.marks),
        )
        receipt = AttendanceAttest(
            *(view.call, tally.role, tally.minutes, tally.marks),
            self._accounts.sign(octets),
        )
        self._due[view.call] = receipt
        while len(self._due) > MAX_DUE:
            del self._due[next(iter(self._due))]
        if self._is_online():
            with suppress(TimeoutError):
                async with asyncio.timeout(SEND_SECONDS):
                    await self._send(receipt)

    async def _send(self, receipt: AttendanceAttest) -> None:
        try:
            await self._engine.call("attendance.attest", receipt, Empty)
        except NotConnected:
            return
        except SignalingError as error:
            _log.debug("a receipt was not taken: %s", error.code)
            if error.fault is not Fault.CALLER or error.retry_after_ms is not None:
                return
        if self._due.get(receipt.call) is receipt:
            del self._due[receipt.call]

    def _is_online(self) -> bool:
        return self._engine.connection.state is ConnectionState.ONLINE
