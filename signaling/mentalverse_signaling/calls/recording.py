"""Recording: never without everybody, and over as soon as anybody wants it to be.

The server records nothing and cannot: frames are sealed. What is decided here is
whether somebody's client may record, visibly.

| State     | What moves it                                            | Then         |
|-----------|----------------------------------------------------------|--------------|
| off       | a request by who leads                                   | requested    |
| requested | the consent of the last seat, staff included             | armed        |
| requested | whoever had not agreed goes, and two or more are left    | armed        |
| requested | anybody withdraws; 60 s without everybody                | stopped      |
| armed     | the recorder starts                                      | recording    |
| armed     | anybody withdraws; 60 s without a start                  | stopped      |
| recording | anybody withdraws, or who may stops it; the recorder ends | stopped     |

- Consent is unanimous over all seats. Silence is a no, hence the 60 s.
- While it is armed or recording nobody takes a seat who has not agreed: a late joiner
  is asked in the waiting room, before any media (`must_agree`).
- Withdrawing needs no power and no reason, and stops at once: the push goes out with
  the decision. The recorder has 2 s to say that it has stopped, which is a round trip
  on a bad line; one that does not say so is put out of the call, for a client that goes
  on recording against a withdrawal must not hear anything more.
- Never in a call whose kind forbids it: with somebody in a crisis, or aside.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..errors import ConsentMissing, NotFound, NotNow, RecordingForbidden
from ..ids import AccountId
from ..recording_events import ASK_SECONDS, STOP_SECONDS, RecordingState
from .commands import (
    GiveConsent,
    RequestRecording,
    StartRecording,
    StopRecording,
    WithdrawConsent,
)
from .draft import Draft
from .effects import Ledger
from .model import Call, Consent, Recording
from .rights import Power
from .views import recording_view, roster_member

ASK_MS = ASK_SECONDS * 1000
STOP_MS = STOP_SECONDS * 1000


def must_agree(call: Call, account: AccountId) -> bool:
    """Whether somebody has to agree before they may have a seat."""
    recording = call.recording
    return (
        recording is not None
        and recording.binds_newcomers
        and account not in recording.consents
    )


def request(draft: Draft, command: RequestRecording) -> None:
    """Ask everybody; the same request again is the same request."""
    seat = draft.require_power(command.account, command.conn_id, Power.RECORD)
    if not draft.call.kind.may_record:
        raise RecordingForbidden("calls of this kind are never recorded")
    before = draft.call.recording
    if before is not None:
        if before.id == command.request:
            return
        if before.is_open or before.confirm_by_ms is not None:
            raise NotNow("another recording is not over yet")
    recorder = draft.seat_of(command.recorder)
    _move(
        draft,
        Recording(
            id=command.request,
            state=RecordingState.REQUESTED,
            requested_by=seat.account,
            recorder=recorder.account,
            recorder_device=recorder.device,
            purpose=command.purpose,
            text_hash=command.text_hash,
            on_withdraw=command.on_withdraw,
            receivers=command.receivers,
            requested_at_ms=draft.now_ms,
        ),
        "recording.requested",
        seat.account,
    )


def consent(draft: Draft, command: GiveConsent) -> None:
    """Somebody in a seat, or in the line, agrees."""
    recording = _current(draft, command.request)
    account = command.account
    held = draft.call.seats.get(account) or draft.call.line[account]
    if not recording.is_open:
        raise NotNow("this request is over")
    if account in recording.consents:
        return
    given = Consent(account, held.device, draft.now_ms, command.signature)
    recording = msgspec.structs.replace(
        recording, consents={**recording.consents, account: given}
    )
    if recording.state is RecordingState.REQUESTED and _is_unanimous(draft, recording):
        recording = msgspec.structs.replace(recording, state=RecordingState.ARMED)
    _move(draft, recording, "recording.consented", account)


def withdraw(draft: Draft, command: WithdrawConsent) -> None:
    """Somebody does not, or no longer, agree: it is over for everybody."""
    recording = _current(draft, command.request)
    if not recording.is_open:
        return
    left = dict(recording.consents)
    has_agreed = left.pop(command.account, None) is not None
    is_seated = command.account in draft.call.seats
    if not (is_seated or has_agreed):
        return
    was_running = recording.state is RecordingState.RECORDING
    recording = msgspec.structs.replace(recording, consents=left)
    _move(draft, recording, "recording.withdrawn", command.account)
    # From the line nobody stops what they are not part of: they stay outside. But who
    # was moved back, or lost their seat, is in what was made so far.
    if is_seated or (has_agreed and command.account in draft.call.attended_ms):
        _stop(draft, command.account, confirmed=not was_running)


def start(draft: Draft, command: StartRecording) -> None:
    """The recorder begins; `ConsentMissing` unless every seat has agreed."""
    recording = _current(draft, command.request)
    if command.account != recording.recorder:
        raise RecordingForbidden("only the recorder begins")
    if recording.state is RecordingState.RECORDING:
        return
    if not recording.is_open:
        raise NotNow("this request is over")
    if not _is_unanimous(draft, recording):
        raise ConsentMissing("somebody has not agreed to be recorded")
    _move(
        draft,
        msgspec.structs.replace(
            recording, state=RecordingState.RECORDING, started_at_ms=draft.now_ms
        ),
        "recording.started",
        command.account,
    )


def stop(draft: Draft, command: StopRecording) -> None:
    """Stop; from the recorder it is also the word that it has stopped."""
    recording = _current(draft, command.request)
    is_recorder = command.account == recording.recorder
    if not is_recorder:
        draft.require_power(command.account, command.conn_id, Power.RECORD)
    if not recording.is_open:
        if is_recorder and recording.confirm_by_ms is not None:
            draft.change(
                recording=msgspec.structs.replace(recording, confirm_by_ms=None)
            )
        return
    was_running = recording.state is RecordingState.RECORDING
    _stop(draft, command.account, confirmed=is_recorder or not was_running)


def lose_recorder(draft: Draft, account: AccountId, *, is_kicked: bool) -> None:
    """The recorder's lease or connection is over, and so is the recording.

    Unless the engine has let go of it, its client may still be running where nobody
    hears it: it has as long as ever to say that it has stopped.
    """
    recording = draft.call.recording
    if recording is None or recording.recorder != account:
        return
    if recording.is_open:
        was_running = recording.state is RecordingState.RECORDING
        _stop(draft, None, confirmed=is_kicked or not was_running)
    elif is_kicked and recording.confirm_by_ms is not None:
        draft.change(recording=msgspec.structs.replace(recording, confirm_by_ms=None))


def look(draft: Draft) -> None:
    """Whoever had not agreed may have gone: then it is unanimous now.

    Not for somebody who is left alone: to go without an answer is a no to them.
    """
    recording = draft.call.recording
    if (
        recording is not None
        and recording.state is RecordingState.REQUESTED
        and len(draft.call.seats) > 1
        and _is_unanimous(draft, recording)
    ):
        armed = msgspec.structs.replace(recording, state=RecordingState.ARMED)
        _move(draft, armed, "recording.consented", None)


def time_is_up(draft: Draft) -> None:
    """Nobody's silence is a yes, and an armed recording does not lie in wait."""
    _stop(draft, None, confirmed=True)


def stop_with_call(draft: Draft) -> None:
    """The call is over: nothing is left to record, and nobody to be put out."""
    _stop(draft, None, confirmed=True)
    recording = draft.call.recording
    if recording is not None and recording.confirm_by_ms is not None:
        draft.change(recording=msgspec.structs.replace(recording, confirm_by_ms=None))


def asked_until_ms(recording: Recording) -> int | None:
    """Until when the request is open; none once it runs, or is over."""
    if recording.state in (RecordingState.REQUESTED, RecordingState.ARMED):
        return recording.requested_at_ms + ASK_MS
    return None


def _stop(draft: Draft, by: AccountId | None, *, confirmed: bool) -> None:
    recording = draft.call.recording
    if recording is None or not recording.is_open:
        return
    _move(
        draft,
        msgspec.structs.replace(
            recording,
            state=RecordingState.STOPPED,
            stopped_at_ms=draft.now_ms,
            confirm_by_ms=None if confirmed else draft.now_ms + STOP_MS,
        ),
        "recording.stopped",
        by,
    )


def _move(draft: Draft, recording: Recording, event: str, by: AccountId | None) -> None:
    """Write it down, tell everybody, and how the recorder's seat looks now."""
    seat = draft.call.seats.get(recording.recorder)
    shown: Any = None if seat is None else roster_member(draft.call, seat)
    draft.change(recording=recording)
    draft.tell(Ledger(draft.now_ms, by, recording))
    draft.push_all(event, member=by, recording=recording_view(draft.call, recording))
    if seat is not None:
        draft.show(seat.account, shown)


def _is_unanimous(draft: Draft, recording: Recording) -> bool:
    return all(account in recording.consents for account in draft.call.seats)


def _current(draft: Draft, request: str) -> Recording:
    recording = draft.call.recording
    if recording is None or recording.id != request:
        raise NotFound("no such request")
    return recording
