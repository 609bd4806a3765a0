"""MentalVerse for Python: encrypted conversations for programs and people."""

from .alarms import Alarm, AlarmKind
from .client import Client
from .connection import ConnectionState
from .conversation import Conversation, EncryptionState, Member
from .errors import (
    BlobDamaged,
    ClientError,
    FileGone,
    FileNotSaved,
    FileNotSendable,
    NotAllowed,
    NotAMember,
    NotConnected,
    NotProven,
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
from .files import Transfer
from .messages import FileInfo, Message, MessageKind
from .records import Standing
from .updates import Update, UpdateKind

__all__ = [
    "Alarm",
    "AlarmKind",
    "BlobDamaged",
    "Client",
    "ClientError",
    "ConnectionState",
    "Conversation",
    "EncryptionState",
    "FileGone",
    "FileInfo",
    "FileNotSaved",
    "FileNotSendable",
    "Member",
    "Message",
    "MessageKind",
    "NotAMember",
    "NotAllowed",
    "NotConnected",
    "NotProven",
    "NotReadable",
    "PeerChanged",
    "ProfileDamaged",
    "ProfileExists",
    "ProfileInUse",
    "ProfileMissing",
    "SignedOut",
    "Standing",
    "Transfer",
    "UnknownConversation",
    "UnknownMessage",
    "UntrustedServer",
    "Update",
    "UpdateKind",
    "WrongPassphrase",
]
