"""The errors of what is kept or carried outside a group.

    MlsError
    ├── AttachmentError        an encrypted file
    │   ├── AttachmentTooLarge
    │   ├── AttachmentTruncated
    │   ├── AttachmentDamaged
    │   ├── AttachmentHashMismatch
    │   └── AttachmentPadding      what is behind the last octet is not zero
    ├── HistoryError           the archive of a conversation
    │   ├── HistoryDamaged         a piece altered, dropped, swapped or reordered
    │   └── HistoryMalformed       authentic, but not what this version writes
    ├── LocationError          where somebody is
    │   ├── LocationDamaged        altered, or not opened by these halves of a key
    │   └── LocationMalformed      authentic, but not what this version writes
    ├── WordsError             recovery words as somebody typed them
    │   ├── WrongWordCount
    │   ├── UnknownWord
    │   └── WordsChecksum
    ├── BackupError            the sealed copy of what an account keeps
    │   ├── BackupMalformed
    │   ├── BackupLocked           no key slot opens with this secret
    │   ├── BackupDamaged
    │   ├── BackupForged           not signed by the account's key
    │   └── BackupRolledBack
    ├── RecordingError         the sealed recording of a call
    │   ├── RecordingMalformed     not a recording, or of another version
    │   ├── RecordingNotForAccount
    │   ├── RecordingKeyChanged    sealed to an earlier key of the account
    │   ├── RecordingDamaged
    │   └── RecordingCut           the end is missing; what came before holds
    └── PairingError           adding a device
        ├── PairingMalformed
        ├── PairingAltered         a message is not the one that was committed to
        ├── PairingCodeDiffers     the two devices do not see the same pairing
        └── PairingRefused         the grant is not of the account that answered

Like those of `errors`, messages name the check that failed and hold no secret.
"""

from .errors import Fault, MlsError


class AttachmentError(MlsError):
    """An encrypted file cannot be used."""

    code = "attachment"


class AttachmentTooLarge(AttachmentError):
    """The file is over the limit of this device."""

    code = "attachment.too_large"


class AttachmentTruncated(AttachmentError):
    """The ciphertext ends before the file does."""

    code = "attachment.truncated"


class AttachmentDamaged(AttachmentError):
    """A chunk does not authenticate, or there are octets behind the last one."""

    code = "attachment.damaged"


class AttachmentHashMismatch(AttachmentError):
    """The ciphertext is not the one that the message names."""

    code = "attachment.hash_mismatch"


class AttachmentPadding(AttachmentError):
    """The padding is not zero: the sender hid something behind the file."""

    code = "attachment.padding"


class HistoryError(MlsError):
    """A piece of an archive cannot be used."""

    code = "history"


class HistoryDamaged(HistoryError):
    """The piece is altered, or not the one that follows at this place."""

    code = "history.damaged"


class HistoryMalformed(HistoryError):
    """The piece is authentic, but not what this version writes."""

    code = "history.malformed"


class LocationError(MlsError):
    """A sealed location cannot be used."""

    code = "location"


class LocationDamaged(LocationError):
    """The envelope is altered, of another case, or these halves do not open it."""

    code = "location.damaged"


class LocationMalformed(LocationError):
    """It opens, but another version wrote it, or not this software."""

    code = "location.malformed"


class WordsError(MlsError):
    """The recovery words are not as they were shown."""

    code = "words"
    fault = Fault.CALLER


class WrongWordCount(WordsError):
    """There are not 24 words."""

    code = "words.count"


class UnknownWord(WordsError):
    """A word is not in the list.

    Args:
        position: Which one, from 1.
        near: Words of the list that look like it, best first. They tell about a
            secret: show them, never log them.
    """

    code = "words.unknown"

    def __init__(self, position: int, near: tuple[str, ...]) -> None:
        super().__init__(f"word {position} is not in the list")
        self.position = position
        self.near = near


class WordsChecksum(WordsError):
    """Every word is in the list, but they do not belong together in this order."""

    code = "words.checksum"


class BackupError(MlsError):
    """A backup cannot be opened or made."""

    code = "backup"


class BackupMalformed(BackupError):
    """The envelope or its content is not of this version, or demands absurd work."""

    code = "backup.malformed"


class BackupLocked(BackupError):
    """No key slot opens with this secret."""

    code = "backup.locked"
    fault = Fault.CALLER


class BackupDamaged(BackupError):
    """A key slot opened, but the content does not authenticate."""

    code = "backup.damaged"


class BackupForged(BackupError):
    """The envelope is not signed by the account's key."""

    code = "backup.forged"


class BackupRolledBack(BackupError):
    """The backup is older than one that is known to have existed."""

    code = "backup.rolled_back"


class RecordingError(MlsError):
    """The recording of a call cannot be used."""

    code = "recording"


class RecordingMalformed(RecordingError):
    """It is no recording, or one of another version."""

    code = "recording.malformed"


class RecordingNotForAccount(RecordingError):
    """Its key was not sealed to this account."""

    code = "recording.not_for_account"
    fault = Fault.CALLER


class RecordingKeyChanged(RecordingError):
    """Its key was sealed to a key that the account does not have any more."""

    code = "recording.key_changed"
    fault = Fault.OURS


class RecordingDamaged(RecordingError):
    """A key or a chunk does not authenticate; chunks before it do."""

    code = "recording.damaged"


class RecordingCut(RecordingError):
    """The end is missing, as after a crash; what was opened before holds."""

    code = "recording.cut"


class PairingError(MlsError):
    """Adding a device did not work."""

    code = "pairing"


class PairingMalformed(PairingError):
    """A code or message of a pairing is not of this version."""

    code = "pairing.malformed"


class PairingAltered(PairingError):
    """A message is not the one that was committed to."""

    code = "pairing.altered"


class PairingCodeDiffers(PairingError):
    """The codes of the two devices differ: somebody is between them."""

    code = "pairing.code_differs"


class PairingRefused(PairingError):
    """What was granted does not belong to the account that answered."""

    code = "pairing.refused"
