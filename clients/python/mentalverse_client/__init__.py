"""MentalVerse for Python: encrypted conversations for programs and people."""

import logging

from .account.devices import Devices, OwnDevice
from .account.pairing import Dialogue
from .backup.archived import Restoring
from .backup.backup import Backup, BackupSummary
from .blocks import Blocked, Blocks
from .client import Client
from .conversation import Conversation, EncryptionState, Member
from .crisis.changes import DeskChange, DeskNotice
from .crisis.desk import Desk
from .crisis.help import CaseChange, Help
from .errors import (
    BackupGone,
    BackupNotOpened,
    BackupReplaced,
    BackupTooLarge,
    BlobDamaged,
    ClientError,
    FileGone,
    FileNotSaved,
    FileNotSendable,
    NoBackup,
    NotAllowed,
    NotAMember,
    NotConnected,
    NotProven,
    NotReadable,
    NotReportable,
    NotYourDevice,
    PairingFailed,
    PeerChanged,
    ProfileDamaged,
    ProfileExists,
    ProfileInUse,
    ProfileMissing,
    ReportKeyChanged,
    SignedOut,
    UnknownConversation,
    UnknownMessage,
    UntrustedServer,
    WrongPassphrase,
)
from .files.transfers import Transfer
from .line.connection import ConnectionState
from .log.alarms import Alarm, AlarmKind
from .own_account import OwnAccount
from .reporting import Reported, Shown
from .safety_plan import Line, SafetyPlan, Screenings
from .session_page import Meeting, SessionPage
from .store.messages import SPOKEN, FileInfo, Message, MessageKind
from .store.records import Standing
from .updates import Update, UpdateKind

__all__ = [
    "SPOKEN",
    "Alarm",
    "AlarmKind",
    "Backup",
    "BackupGone",
    "BackupNotOpened",
    "BackupReplaced",
    "BackupSummary",
    "BackupTooLarge",
    "BlobDamaged",
    "Blocked",
    "Blocks",
    "CaseChange",
    "Client",
    "ClientError",
    "ConnectionState",
    "Conversation",
    "Desk",
    "DeskChange",
    "DeskNotice",
    "Devices",
    "Dialogue",
    "EncryptionState",
    "FileGone",
    "FileInfo",
    "FileNotSaved",
    "FileNotSendable",
    "Help",
    "Line",
    "Meeting",
    "Member",
    "Message",
    "MessageKind",
    "NoBackup",
    "NotAMember",
    "NotAllowed",
    "NotConnected",
    "NotProven",
    "NotReadable",
    "NotReportable",
    "NotYourDevice",
    "OwnAccount",
    "OwnDevice",
    "PairingFailed",
    "PeerChanged",
    "ProfileDamaged",
    "ProfileExists",
    "ProfileInUse",
    "ProfileMissing",
    "ReportKeyChanged",
    "Reported",
    "Restoring",
    "SafetyPlan",
    "Screenings",
    "SessionPage",
    "Shown",
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

# A program decides where its log goes; without it nothing is written to its terminal.
logging.getLogger(__name__).addHandler(logging.NullHandler())
