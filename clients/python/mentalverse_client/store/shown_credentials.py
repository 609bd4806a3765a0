"""Who wants to see a credential in a conversation, and what was shown there.

What was shown is kept with what only a member can export of the epoch it came in: the
group has another one tomorrow, and it is verified when somebody asks for it. Of an
epoch that is over already nothing is kept to verify it with. Both are few for each
conversation, so nobody fills the device.
"""

from __future__ import annotations

import msgspec

from mentalverse_crypto import group
from mentalverse_crypto.content import Content, decode
from mentalverse_crypto.exporter import ExporterLabel
from mentalverse_crypto.history_piece import HistoryMessage
from mentalverse_crypto.shown_credential import CredentialAsk, CredentialShown
from mentalverse_crypto.state import GroupState
from mentalverse_signaling.ids import id_text

from .records import load, save
from .vault import Transaction, Vault

MOST_ASKED = 16
MOST_SHOWN = 16
EXPORTED_BYTES = 32
_SPACE = "credentials_shown"


class Asked(msgspec.Struct, frozen=True):
    """Somebody wants to see a credential."""

    nonce: bytes
    account: str
    at_ms: int


class Shown(msgspec.Struct, frozen=True):
    """What somebody showed when this device had asked."""

    nonce: bytes
    account: str
    device: str
    jwt: str
    sig: str
    at_ms: int
    exported: bytes
    """Empty: it came in an epoch that was over."""

    def __repr__(self) -> str:
        return "Shown()"


class OfConversation(msgspec.Struct, frozen=True):
    """All that is known of one conversation, the newest last."""

    own: tuple[bytes, ...] = ()
    """Nonces that this device has asked with."""
    asked: tuple[Asked, ...] = ()
    """By others, and not answered by this device."""
    shown: tuple[Shown, ...] = ()


def of_conversation(vault: Vault, conversation: str) -> OfConversation:
    """What is known of a conversation."""
    return load(vault, OfConversation, _SPACE, conversation) or OfConversation()


def exported(state: GroupState, nonce: bytes) -> bytes:
    """What every member of this epoch, and nobody else, makes of a nonce."""
    return group.export(state, ExporterLabel.CREDENTIAL, nonce, EXPORTED_BYTES)


def note_own(vault: Vault, write: Transaction, conversation: str, nonce: bytes) -> None:
    """This device asks."""
    known = of_conversation(vault, conversation)
    own = (*known.own, nonce)[-MOST_ASKED:]
    save(write, _SPACE, msgspec.structs.replace(known, own=own), conversation)


def note_answered(
    vault: Vault, write: Transaction, conversation: str, nonce: bytes
) -> None:
    """This device has shown something."""
    known = of_conversation(vault, conversation)
    asked = tuple(each for each in known.asked if each.nonce != nonce)
    save(write, _SPACE, msgspec.structs.replace(known, asked=asked), conversation)


def note_shown(
    vault: Vault,
    write: Transaction,
    conversation: str,
    said: HistoryMessage,
    state: GroupState | None,
) -> None:
    """Keep what a row of somebody else asks for or shows; the rest is nothing here.

    Args:
        vault: Of this device.
        write: The transaction of the row.
        conversation: Its id.
        said: The row.
        state: Of the epoch that it was sent in; None: that one is over.
    """
    content = decode(said.content)
    if not isinstance(content, Content):
        return
    body, known = content.body, of_conversation(vault, conversation)
    if isinstance(body, CredentialAsk):
        fresh = Asked(body.nonce, id_text(said.account), said.at_ms)
        asked = (*(one for one in known.asked if one.nonce != body.nonce), fresh)
        known = msgspec.structs.replace(known, asked=asked[-MOST_ASKED:])
    elif isinstance(body, CredentialShown) and body.nonce in known.own:
        one = Shown(
            nonce=body.nonce,
            account=id_text(said.account),
            device=id_text(said.device),
            jwt=body.jwt,
            sig=body.sig,
            at_ms=said.at_ms,
            exported=b"" if state is None else exported(state, body.nonce),
        )
        known = msgspec.structs.replace(known, shown=_with(known.shown, one))
    else:
        return
    save(write, _SPACE, known, conversation)


def _with(shown: tuple[Shown, ...], fresh: Shown) -> tuple[Shown, ...]:
    """Of each device the last that it showed for a nonce."""
    place = (fresh.nonce, fresh.account, fresh.device)
    others = (one for one in shown if (one.nonce, one.account, one.device) != place)
    return (*others, fresh)[-MOST_SHOWN:]
