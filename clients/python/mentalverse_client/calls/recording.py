"""Whether a call is recorded: what is asked, who has agreed, and taking it back.

A consent is signed with the device's key over exactly what was asked, and only for a
text that can be shown (`recording_text`). The recorder goes by nobody's word that
everybody has agreed: it checks each signature with the key that the member's device has
in the group of the call. So a server can keep a recording from being made, and can make
none that somebody has not signed for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress

from mentalverse_crypto.ciphersuite import verify
from mentalverse_crypto.errors import SignatureError
from mentalverse_signaling import recording_events as wire
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import NotFound, SignalingError
from mentalverse_signaling.ids import AccountId, CallId, ClientId, DeviceId, new_id
from mentalverse_signaling.recording_events import (
    ConsentView,
    OnWithdraw,
    RecordingView,
    consent_octets,
)
from mentalverse_signaling.recording_text import recording_text, recording_text_hash
from mentalverse_signaling.roster_events import Roster

from ..account.profile import Rng
from ..errors import NotConnected, RecordingTextUnknown
from .ports import Accounts, KeyGroup, Line

_log = logging.getLogger(__name__)


class CallRecording:
    """The recording of one call, as everybody in it has it.

    Its commands raise `NotConnected` and `SignalingError`.

    Args:
        line: To the server.
        call: Its id.
        own: Account and device of this one.
        rng: Source of randomness.
        accounts: This device's key, and those of others.
        group: Whose members are in the call; None: not known yet.
        roster: The call as it is now; None while there is no seat.
    """

    def __init__(
        self,
        line: Line,
        call: CallId,
        own: Leaf,
        rng: Rng,
        accounts: Accounts,
        group: Callable[[], KeyGroup | None],
        roster: Callable[[], Roster | None],
    ) -> None:
        self._line, self._call, self._own, self._rng = line, call, own, rng
        self._accounts, self._group, self._roster = accounts, group, roster
        self._asked_outside: RecordingView | None = None
        self._vouched: set[tuple[ClientId, ConsentView]] = set()
        self._told: RecordingView | None = None
        self._unsaid: ClientId | None = None
        self._changed = asyncio.Event()

    @property
    def view(self) -> RecordingView | None:
        """What is asked, or goes on; in the waiting room, what to agree to first."""
        roster = self._roster()
        return self._asked_outside if roster is None else roster.recording

    def text(self, view: RecordingView) -> str:
        """What a request asks for, word for word.

        Raises:
            RecordingTextUnknown: it is of a text that is not known here.
        """
        if recording_text_hash(view.purpose, view.on_withdraw) != view.text_hash:
            raise RecordingTextUnknown("the words of this request are not known here")
        return recording_text(view.purpose, view.on_withdraw)

    async def agree(self, shown: RecordingView | None = None) -> RecordingView:
        """Agree, with a signature of this device.

        Args:
            shown: The request that the person saw; None: the one there is.

        Raises:
            NotFound: nothing is asked.
            RecordingTextUnknown: it cannot be said to what.
        """
        view = shown or self._current()
        self.text(view)
        octets = consent_octets(
            self._call, view.request, view.text_hash, view.receivers, view.on_withdraw
        )
        signed = self._accounts.sign(octets)
        consent = wire.RecordingConsent(self._call, view.request, signed)
        return await self._line.call("recording.consent", consent, RecordingView)

    async def withdraw(self) -> None:
        """Not, or no longer; nobody is asked why, and the recorder stops at once."""
        asked = wire.RecordingWithdraw(self._call, self._current().request)
        await self._line.call("recording.withdraw", asked, RecordingView)

    async def ask(
        self,
        receivers: Iterable[str],
        *,
        purpose: str = "supervision",
        on_withdraw: OnWithdraw = OnWithdraw.DISCARD,
        recorder: str | None = None,
    ) -> RecordingView:
        """Ask everybody whether the call may be recorded, and agree oneself.

        Args:
            receivers: Ids of the accounts that will be able to open the file.
            purpose: What for; `recording_text.PURPOSES` have words.
            on_withdraw: What becomes of what was made when somebody withdraws.
            recorder: Id of the device that records; None: this one.
        """
        request = wire.RecordingRequest(
            self._call,
            ClientId(new_id(self._rng)),
            purpose,
            recording_text_hash(purpose, on_withdraw),
            on_withdraw,
            tuple(sorted({AccountId(it) for it in receivers})),
            self._own[1] if recorder is None else DeviceId(recorder),
        )
        asked = await self._line.call("recording.request", request, RecordingView)
        same = {name: getattr(request, name) for name in _SIGNED}
        if any(getattr(asked, name) != each for name, each in same.items()):
            raise NotFound("the server asks for something else")
        return await self.agree(asked)

    async def stop(self) -> None:
        """Stop it: who may ask for one, or the recorder, whose word it is."""
        asked = wire.RecordingStop(self._call, self._current().request)
        await self._line.call("recording.stop", asked, RecordingView)

    # --- for the recorder ---

    async def begin(self, request: ClientId) -> RecordingView:
        """Say that this device begins; refused unless everybody has agreed."""
        asked = wire.RecordingStart(self._call, request)
        return await self._line.call("recording.start", asked, RecordingView)

    async def has_stopped(self, request: ClientId) -> None:
        """Say that this device has stopped, as soon as the server hears it."""
        self._unsaid = request
        await self.say_due()

    async def say_due(self) -> None:
        """Say what the server did not hear; to be called with each beat.

        A recorder that went silent may come back to its seat: then all would be shown a
        recording that is none.
        """
        if self._unsaid is None:
            return
        asked = wire.RecordingStop(self._call, self._unsaid)
        try:
            await self._line.call("recording.stop", asked, RecordingView)
        except NotConnected:
            return
        except SignalingError as error:
            _log.debug("the end of a recording was not taken: %s", error.code)
        self._unsaid = None

    def vouched(self, view: RecordingView) -> frozenset[AccountId]:
        """Who has agreed to a request with a signature that holds."""
        return frozenset(
            AccountId(each.member) for each in view.consents if self._holds(view, each)
        )

    async def changed(self, seconds: float) -> None:
        """Wait until something may be another way, and no longer than so."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    def look(self) -> None:
        """The roster is another one."""
        view = self.view
        if view is None or view is not self._told:
            self._told = view
            passed, self._changed = self._changed, asyncio.Event()
            passed.set()

    def ask_outside(self, view: RecordingView | None) -> None:
        """What has to be agreed to before this device has a seat."""
        self._asked_outside = view
        self.look()

    def _current(self) -> RecordingView:
        view = self.view
        if view is None:
            raise NotFound("nobody has asked for a recording")
        return view

    def _holds(self, view: RecordingView, consent: ConsentView) -> bool:
        known = view.request, consent
        if known in self._vouched:
            return True
        group = self._group()
        leaf = AccountId(consent.member), DeviceId(consent.device)
        key = None if group is None else group.signature_key(leaf)
        if key is None:
            return False
        octets = consent_octets(
            self._call, view.request, view.text_hash, view.receivers, view.on_withdraw
        )
        try:
            verify(key, octets, consent.signature)
        except SignatureError:
            return False
        self._vouched.add(known)
        return True


_SIGNED = "request", "purpose", "text_hash", "on_withdraw", "receivers", "recorder"
