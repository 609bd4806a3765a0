"""When everybody sends under the next epoch of the group that keys the frames.

| Step            | Add or refresh                       | Remove, or not known |
|-----------------|--------------------------------------|----------------------|
| commit accepted | `key.prepared`                       | `key.prepared`       |
| then            | each leased seat sends `key.confirm` | –                    |
| `key.switched`  | all have, or after 1.5 s             | at once              |

A switch that waits loses no frame of somebody who is still working on the commit. 1.5 s
is what that may cost: whoever needs longer has a gap, the others do not wait. Whoever
was removed hears nothing any more from the moment it is decided, so a removal waits for
nobody, and a cause that is not known counts as one.

Epochs are switched to in order, each exactly once; a later one takes those before it
along. Clients switch by themselves 2 s after the commit, whatever the server says.
"""

from __future__ import annotations

import msgspec

from ..call_events import KeyCause
from .commands import ConfirmKey, EpochPrepared
from .draft import Draft
from .model import KeySwitch

SWITCH_MS = 1_500


def prepared(draft: Draft, event: EpochPrepared) -> None:
    """A commit was accepted; one that is known already, or older, changes nothing."""
    call = draft.call
    newest = call.prepared[-1].epoch if call.prepared else call.epoch
    if event.epoch <= newest and call.last_transition:
        return
    transition = call.last_transition + 1
    switch = KeySwitch(event.epoch, transition, draft.now_ms)
    draft.change(last_transition=transition, prepared=(*call.prepared, switch))
    cause = KeyCause.REMOVE if event.cause is None else event.cause
    draft.push_all(
        "key.prepared", epoch=event.epoch, transition=transition, cause=cause
    )
    if cause is KeyCause.REMOVE:
        switch_to(draft, transition)
    else:
        look(draft)


def confirmed(draft: Draft, command: ConfirmKey) -> None:
    """A seat can open frames of an epoch, and so of those before it."""
    draft.change(
        prepared=tuple(
            msgspec.structs.replace(one, confirmed=one.confirmed | {command.account})
            if one.transition <= command.transition and one.epoch <= command.epoch
            else one
            for one in draft.call.prepared
        )
    )
    look(draft)


def look(draft: Draft) -> None:
    """Switch to what every leased seat is ready for."""
    leased = {one.account for one in draft.call.seats.values() if one.is_leased}
    ready = [one for one in draft.call.prepared if leased <= one.confirmed]
    if ready:
        switch_to(draft, ready[-1].transition)


def switch_to(draft: Draft, transition: int) -> None:
    """Everybody sends under this epoch now, and waits for none before it."""
    for one in draft.call.prepared:
        if one.transition <= transition:
            draft.change(
                prepared=draft.call.prepared[1:],
                epoch=one.epoch,
                switched=one.transition,
            )
            draft.push_all("key.switched", epoch=one.epoch, transition=one.transition)


def forget(draft: Draft, account: str) -> None:
    """Another connection of the account has to confirm anew."""
    draft.change(
        prepared=tuple(
            msgspec.structs.replace(one, confirmed=one.confirmed - {account})
            for one in draft.call.prepared
        )
    )


def due_ms(switch: KeySwitch) -> int:
    """Until when seats that are not ready are waited for."""
    return switch.prepared_at_ms + SWITCH_MS
