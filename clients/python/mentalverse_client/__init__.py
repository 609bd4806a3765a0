"""MentalVerse for Python: encrypted conversations for programs and people."""

from .client import Client
from .connection import ConnectionState
from .conversation import Conversation, EncryptionState, Member
from .errors import (
    BlobDamaged,
    ClientError,
    NotAllowed,
    NotAMember,
    NotConnected,
    NotReadable,
    PeerChanged,
    ProfileDamaged,
    ProfileExists,
    ProfileInUse,
    ProfileMissing,
    SignedOut,
    UnknownConversation,
    UnknownMessage,
    UntrustedServer,
    WrongPassphrase,
)
from .messages import Message, MessageKind
from .records import Standing
from .updates import Update, UpdateKind

__all__ = [
    "BlobDamaged",
    "Client",
    "ClientError",
    "ConnectionState",
    "Conversation",
    "EncryptionState",
    "Member",
    "Message",
    "MessageKind",
    "NotAMember",
    "NotAllowed",
    "NotConnected",
    "NotReadable",
    "PeerChanged",
    "ProfileDamaged",
    "ProfileExists",
    "ProfileInUse",
    "ProfileMissing",
    "SignedOut",
    "Standing",
    "UnknownConversation",
    "UnknownMessage",
    "UntrustedServer",
    "Update",
    "UpdateKind",
    "WrongPassphrase",
]
