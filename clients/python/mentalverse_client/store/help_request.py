"""The last request for help of this device: durable before anybody hears of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mentalverse_signaling.crisis_events import (
    MAX_TAP_AGE_MS,
    BandSetBy,
    CaseChannel,
    CaseOpen,
)
from mentalverse_signaling.ids import CaseId, ClientId, ConversationId, new_id

from .records import Record, load, save
from .vault import Transaction, Vault

_SPACE = "help"


class HelpRequest(Record, frozen=True):
    """One tap, and what has become of it."""

    request: ClientId
    """The server's key of the tap: sent again, it opens the same case."""
    tapped_at_ms: int
    """By this device's clock."""
    band: int | None = None
    set_by: BandSetBy = BandSetBy.SELF
    language: str = ""
    region: str = ""
    needs: tuple[str, ...] = ()
    channel: CaseChannel = CaseChannel.TEXT
    is_minor: bool = False
    conversation: ConversationId | None = None
    """Made here for this request; None: not yet, since a guest comes first."""
    is_heard: bool = False
    """Whether the server has it."""
    case: CaseId | None = None
    is_over: bool = False
    """Whether that case waits for nobody, and nobody talks in it any more."""
    is_followed_up: bool = False
    """Whether somebody may yet ask afterwards, and has to be let in then."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it is to be looked at any more."""
        return self.is_over and not self.is_followed_up

    def opening(self, now_ms: int) -> CaseOpen:
        """The call that asks for help."""
        age_ms = min(max(0, now_ms - self.tapped_at_ms), MAX_TAP_AGE_MS)
        return CaseOpen(
            request=self.request,
            tap_age_ms=age_ms,
            band=self.band,
            set_by=self.set_by,
            language=self.language,
            region=self.region,
            needs=self.needs,
            channel=self.channel,
            is_minor=self.is_minor,
        )


def new_request(now_ms: int, rng: Callable[[int], bytes], **wishes: Any) -> HelpRequest:
    """A tap at this moment; `wishes` are those of `Help.ask`."""
    return HelpRequest(request=ClientId(new_id(rng)), tapped_at_ms=now_ms, **wishes)


def load_request(vault: Vault) -> HelpRequest | None:
    """The last request, if there was one."""
    return load(vault, HelpRequest, _SPACE)


def save_request(write: Transaction, request: HelpRequest) -> None:
    """Store it in the place of the one before."""
    save(write, _SPACE, request)
