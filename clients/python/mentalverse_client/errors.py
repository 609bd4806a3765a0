"""What can go wrong for a program that uses the client.

    ClientError
    ├── the profile directory
    │   ├── ProfileMissing       nothing was registered there
    │   ├── ProfileExists        an account lives there already
    │   ├── ProfileInUse         another process has it open
    │   ├── ProfileDamaged       the sealed data does not open any more
    │   └── WrongPassphrase
    ├── the files
    │   ├── BlobDamaged          the server gave other octets than were sent
    │   ├── FileNotSendable      too large, not readable, or not to be cleaned
    │   ├── FileNotSaved         one of its name exists, or there is no room
    │   └── FileGone             the server does not keep it any more
    ├── the server
    │   ├── NotConnected         no connection within the time given: try later
    │   │   └── PartUnavailable  one large part of a change cannot be had now
    │   ├── SignedOut            this device's sign-in was ended
    │   ├── UntrustedServer      not the server this profile was registered with
    │   └── NotProven            what it says is not in the log that everyone sees
    ├── the account's devices
    │   ├── PairingFailed        the two devices did not come together: begin again
    │   └── NotYourDevice        no such device, or the last or this one
    ├── the backup
    │   ├── NoBackup             none was made on this device
    │   ├── BackupReplaced       another device has made new recovery words
    │   ├── BackupGone           the server has none any more
    │   ├── BackupTooLarge       the account knows more than one holds
    │   └── BackupNotOpened      not the right words or passphrase, or not a backup
    ├── calls
    │   ├── CallUnsupported      this installation cannot seal media
    │   ├── CallOver             ended, or this device has no seat in it any more
    │   └── RecordingTextUnknown a request of which the words are not known here
    └── the conversation
        ├── UnknownConversation
        ├── UnknownMessage
        ├── NotAllowed           somebody else's message, or too late
        ├── NotReportable        no proof, nobody to report to, or too much
        ├── NotAMember           this device is not, or no longer, in it
        ├── NotReadable          its encryption state cannot be continued here
        ├── SuiteWithheld        better encryption is supported, and kept back
        └── PeerChanged          a known account shows another key: nothing is sent

What the server answers to a request is raised as the `SignalingError` leaf of its
wire code. Messages name no content, no key and no passphrase.
"""

from __future__ import annotations

from typing import ClassVar


class ClientError(Exception):
    """Root of the errors this package raises itself."""

    code: ClassVar[str] = "client"


class ProfileMissing(ClientError):
    """The directory holds no profile: register first."""

    code = "client.profile_missing"


class ProfileExists(ClientError):
    """The directory holds a registered profile: open it, or choose another."""

    code = "client.profile_exists"


class ProfileInUse(ClientError):
    """Another process has the profile open; two would reuse encryption keys."""

    code = "client.profile_in_use"


class ProfileDamaged(ClientError):
    """A sealed value was altered, or belongs to another place."""

    code = "client.profile_damaged"


class WrongPassphrase(ClientError):
    """The passphrase does not open the profile."""

    code = "client.wrong_passphrase"


class BlobDamaged(ClientError):
    """A file from the server has not the size or the hash it must have."""

    code = "client.blob_damaged"


class FileNotSendable(ClientError):
    """The file cannot be sent as it is; the message says why."""

    code = "client.file_not_sendable"


class FileNotSaved(ClientError):
    """The file cannot be written to its place; the message says why."""

    code = "client.file_not_saved"


class ReportKeyChanged(ClientError):
    """The safety team has another key; the person is told, and may report again."""

    code = "client.report_key_changed"


class FileGone(ClientError):
    """The server keeps files for a time only, and that of this one is over."""

    code = "client.file_gone"


class NotConnected(ClientError):
    """There is no connection. Sending does not need one: the outbox keeps it."""

    code = "client.not_connected"


class PartUnavailable(NotConnected):
    """One large part of a change cannot be had now; everything else may be."""

    code = "client.part_unavailable"


class SignedOut(ClientError):
    """The server does not accept this device's sign-in any more."""

    code = "client.signed_out"


class UntrustedServer(ClientError):
    """The server is another one, or speaks another protocol version."""

    code = "client.untrusted_server"


class NotProven(ClientError):
    """A device list, or the log that should record it, does not hold."""

    code = "client.not_proven"


class PairingFailed(ClientError):
    """Two devices did not come together. Begin again with a fresh invitation."""

    code = "client.pairing_failed"


class NotYourDevice(ClientError):
    """The device cannot be revoked: not listed, the only one, or this one."""

    code = "client.not_your_device"


class NoBackup(ClientError):
    """No backup was made on this device."""

    code = "client.no_backup"


class BackupReplaced(ClientError):
    """Another device has made new recovery words: those count."""

    code = "client.backup_replaced"


class BackupGone(ClientError):
    """The server has no backup any more: another device deleted it, or it was lost."""

    code = "client.backup_gone"


class BackupTooLarge(ClientError):
    """The account knows more people and conversations than a backup holds."""

    code = "client.backup_too_large"


class BackupNotOpened(ClientError):
    """These words, or this passphrase, open no backup here."""

    code = "client.backup_not_opened"


class UnknownConversation(ClientError):
    """No such conversation on this device."""

    code = "client.unknown_conversation"


class UnknownMessage(ClientError):
    """No such message in this conversation."""

    code = "client.unknown_message"


class NotAllowed(ClientError):
    """Only one's own messages can be changed, and edited only within a day."""

    code = "client.not_allowed"


class NotReportable(ClientError):
    """These messages cannot be reported; the message says why."""

    code = "client.not_reportable"


class SuiteWithheld(ClientError):
    """The server keeps back what would give a new conversation better encryption."""

    code = "client.suite_withheld"


class NotAMember(ClientError):
    """This device is not in the conversation's group."""

    code = "client.not_a_member"


class NotReadable(ClientError):
    """The group cannot be followed any further; someone has to add us again."""

    code = "client.not_readable"


class PeerChanged(ClientError):
    """An account presents another key than the one known here."""

    code = "client.peer_changed"


class LocationHalfMissing(ClientError):
    """The conversation's half of the key of a sealed location never came here."""

    code = "client.location_half_missing"


class CallUnsupported(ClientError):
    """Frames cannot be sealed with what is installed here: no call, no clear media."""

    code = "client.call_unsupported"


class CallOver(ClientError):
    """The call has ended, or this device's seat was taken from it."""

    code = "client.call_over"


class RecordingTextUnknown(ClientError):
    """Nothing can be agreed to of which the words cannot be shown."""

    code = "client.recording_text_unknown"
