"""The errors of the MLS core, each with a stable code and whose fault it is.

    MlsError
    ├── DecodeError            bytes are not a well-formed structure
    ├── UnsupportedError       version, suite or type outside our profile
    ├── DecryptError           an AEAD did not open
    ├── SignatureError         a signature or MAC did not verify
    ├── CredentialRejected     the authentication service said no
    │   ├── CredentialUnsigned     a signature is missing or wrong
    │   ├── CredentialExpired      outside its lifetime, or that is too long
    │   ├── CredentialMismatch     of another account or device
    │   └── UnknownAuthenticationKey
    ├── InvalidLeafNode        RFC 9420 §7.3
    ├── InvalidKeyPackage      RFC 9420 §10.1
    ├── InvalidTree            RFC 9420 §12.4.3.1, §7.9
    ├── WelcomeError           RFC 9420 §12.4.3
    │   ├── NoMatchingKeyPackage
    │   └── InvalidWelcome
    ├── CommitError            RFC 9420 §12.2, §12.4
    │   ├── InvalidProposal
    │   ├── UnknownProposal
    │   └── InvalidCommit
    ├── UnknownPsk             a pre-shared key we do not hold
    ├── MessageError           RFC 9420 §6
    │   ├── WrongGroup
    │   ├── EpochTooOld
    │   ├── EpochTooNew
    │   ├── OwnMessage
    │   ├── GenerationSpent
    │   ├── GenerationTooFarAhead
    │   └── InvalidMessage
    ├── StateError             the caller asked for what this state cannot do
    │   ├── NotActive
    │   ├── ProposalsPending
    │   ├── InvalidRequest
    │   ├── NoCommonSuite
    │   └── CorruptState
    ├── ContentError           what an application message says
    │   ├── ContentTooLarge
    │   ├── ContentMalformed       not JSON within our limits
    │   ├── ContentInvalid         JSON, but not what its type demands
    │   ├── ContentLocalOnly       a type that no peer may send
    │   └── ContentUnsendable      we would have sent one of the above
    ├── KeystoreError          the sealed local state
    │   ├── KeystoreMalformed
    │   ├── WrongPassphrase
    │   ├── KeystoreDamaged
    │   ├── KeystoreRolledBack
    │   └── KeystoreOutOfMemory
    ├── DeviceListError        the devices an account vouches for
    │   ├── DeviceListUnsigned
    │   ├── NotTheNextDeviceList
    │   └── AccountKeyChanged      to a key that the old one did not sign
    ├── LogError               the transparency log
    │   ├── WrongLog               a head or entry of another log or account
    │   ├── LogProofInvalid
    │   └── LogEntriesMissing      entries skipped or out of order
    ├── ReportError            a report of messages
    │   └── ReportTooLarge
    └── FrameError             media frames that cannot be sealed
        ├── FrameTooShort
        └── FrameKeySpent          only another epoch lets the sender go on

Messages name the check that failed. They never hold keys, plaintext or
credentials, so they may be logged.
"""

from enum import Enum
from typing import ClassVar


class Fault(Enum):
    """Whose fault an error is."""

    CALLER = "caller"
    """The program that called us."""
    PEER = "peer"
    """Whoever made the bytes."""
    OURS = "ours"
    """This device: a missing key, a damaged store."""


class MlsError(Exception):
    """The root of every error raised by this package."""

    code: ClassVar[str] = "mls"
    fault: ClassVar[Fault] = Fault.PEER


class DecodeError(MlsError):
    """The bytes are not a well-formed structure (§2.1)."""

    code = "mls.decode"


class UnsupportedError(MlsError):
    """A version, suite, wire format or type that this profile refuses."""

    code = "mls.unsupported"


class DecryptError(MlsError):
    """An AEAD or HPKE ciphertext did not open."""

    code = "mls.decrypt"


class SignatureError(MlsError):
    """A signature, membership tag or confirmation tag did not verify."""

    code = "mls.signature"


class CredentialRejected(MlsError):
    """The authentication service did not accept a credential (§5.3.1)."""

    code = "mls.credential_rejected"


class CredentialUnsigned(CredentialRejected):
    """The account's or the authentication service's signature does not verify."""

    code = "mls.credential_rejected.unsigned"


class CredentialExpired(CredentialRejected):
    """The credential is not valid yet, not valid any more, or valid for too long."""

    code = "mls.credential_rejected.expired"


class CredentialMismatch(CredentialRejected):
    """The credential names another account or device than it has to."""

    code = "mls.credential_rejected.mismatch"


class UnknownAuthenticationKey(CredentialRejected):
    """The credential is signed by an authentication key we do not hold."""

    code = "mls.credential_rejected.unknown_key"


class InvalidLeafNode(MlsError):
    """A leaf node breaks a rule of §7.3."""

    code = "mls.leaf_node.invalid"


class InvalidKeyPackage(MlsError):
    """A KeyPackage breaks a rule of §10.1."""

    code = "mls.key_package.invalid"


class InvalidTree(MlsError):
    """A ratchet tree breaks a rule of §7.9 or §12.4.3.1."""

    code = "mls.tree.invalid"


class WelcomeError(MlsError):
    """A Welcome cannot be used (§12.4.3)."""

    code = "mls.welcome"


class NoMatchingKeyPackage(WelcomeError):
    """The Welcome is for none of the KeyPackages held here."""

    code = "mls.welcome.no_key_package"
    fault = Fault.OURS


class InvalidWelcome(WelcomeError):
    """The Welcome or its GroupInfo breaks a rule of §12.4.3.1."""

    code = "mls.welcome.invalid"


class CommitError(MlsError):
    """A commit cannot be made or applied (§12.4)."""

    code = "mls.commit"


class InvalidProposal(CommitError):
    """A proposal, or a list of them, breaks a rule of §12.1 or §12.2."""

    code = "mls.commit.invalid_proposal"


class UnknownProposal(CommitError):
    """The commit refers to a proposal that never arrived here."""

    code = "mls.commit.unknown_proposal"
    fault = Fault.OURS


class InvalidCommit(CommitError):
    """A commit breaks a rule of §12.4."""

    code = "mls.commit.invalid"


class UnknownPsk(MlsError):
    """A pre-shared key is asked for that this device does not hold (§8.4)."""

    code = "mls.psk.unknown"
    fault = Fault.OURS


class MessageError(MlsError):
    """A framed message cannot be read (§6)."""

    code = "mls.message"


class WrongGroup(MessageError):
    """The message belongs to another group."""

    code = "mls.message.wrong_group"
    fault = Fault.CALLER


class EpochTooOld(MessageError):
    """The message is of an epoch whose keys are gone."""

    code = "mls.message.epoch_too_old"


class EpochTooNew(MessageError):
    """The message is of an epoch this device has not reached."""

    code = "mls.message.epoch_too_new"
    fault = Fault.OURS


class OwnMessage(MessageError):
    """The message was sent by this very leaf, which keeps no key for it."""

    code = "mls.message.own"
    fault = Fault.CALLER


class GenerationSpent(MessageError):
    """The key of this generation was used or has left the window (§9.2)."""

    code = "mls.message.generation_spent"


class GenerationTooFarAhead(MessageError):
    """The generation is beyond the forward limit (§15.3)."""

    code = "mls.message.generation_too_far_ahead"


class InvalidMessage(MessageError):
    """The message breaks a rule of §6."""

    code = "mls.message.invalid"


class StateError(MlsError):
    """The state cannot do what was asked."""

    code = "mls.state"
    fault = Fault.CALLER


class NotActive(StateError):
    """This device left the group, or the group was reinitialised."""

    code = "mls.state.not_active"


class ProposalsPending(StateError):
    """Proposals wait: commit before sending application data (§12.4)."""

    code = "mls.state.proposals_pending"


class InvalidRequest(StateError):
    """The arguments make no valid operation."""

    code = "mls.state.invalid_request"


def require(condition: bool, otherwise: str) -> None:
    """Check what the caller handed over.

    Raises:
        InvalidRequest: the condition does not hold; `otherwise` says what would.
    """
    if not condition:
        raise InvalidRequest(otherwise)


class NoCommonSuite(StateError):
    """No cipher suite is offered by every device (`negotiation`)."""

    code = "mls.state.no_common_suite"


class CorruptState(StateError):
    """The stored state cannot be read."""

    code = "mls.state.corrupt"
    fault = Fault.OURS


class ContentError(MlsError):
    """The plaintext of an application message cannot be used."""

    code = "content"


class ContentTooLarge(ContentError):
    """The plaintext is over the byte limit."""

    code = "content.too_large"


class ContentMalformed(ContentError):
    """The plaintext is not JSON within the limits of depth, numbers and names."""

    code = "content.malformed"


class ContentInvalid(ContentError):
    """A member is missing, of the wrong type or out of bounds."""

    code = "content.invalid"


class ContentLocalOnly(ContentError):
    """A peer sent a type that is only ever made on this device."""

    code = "content.local_only"


class ContentUnsendable(ContentError):
    """The content would be refused by its receivers."""

    code = "content.unsendable"
    fault = Fault.CALLER


class KeystoreError(MlsError):
    """The sealed local state cannot be opened or made."""

    code = "keystore"
    fault = Fault.OURS


class KeystoreMalformed(KeystoreError):
    """The container is cut short, of another version or demands absurd work."""

    code = "keystore.malformed"


class WrongPassphrase(KeystoreError):
    """The passphrase is not the one this container was sealed under."""

    code = "keystore.wrong_passphrase"
    fault = Fault.CALLER


class KeystoreDamaged(KeystoreError):
    """The passphrase is right, but the container was altered or damaged."""

    code = "keystore.damaged"


class KeystoreRolledBack(KeystoreError):
    """The container is older than one that is known to have existed."""

    code = "keystore.rolled_back"


class KeystoreOutOfMemory(KeystoreError):
    """This machine cannot spare the memory that the passphrase's cost demands."""

    code = "keystore.out_of_memory"


class DeviceListError(MlsError):
    """A signed device list cannot be accepted."""

    code = "device_list"


class DeviceListUnsigned(DeviceListError):
    """A signature of the device list is missing or does not verify."""

    code = "device_list.unsigned"


class NotTheNextDeviceList(DeviceListError):
    """The device list does not follow the one held: its counter or account differs."""

    code = "device_list.not_next"


class AccountKeyChanged(DeviceListError):
    """The device list is of another account key, which the one before did not sign.

    Nobody's mistake when an account was recovered; the person decides.
    """

    code = "device_list.account_key_changed"


class LogError(MlsError):
    """Something about the transparency log is not as it was claimed."""

    code = "log"


class WrongLog(LogError):
    """A head is of another log, or an entry of another account."""

    code = "log.wrong"


class LogProofInvalid(LogError):
    """An inclusion or consistency proof does not lead to the signed root."""

    code = "log.proof_invalid"


class LogEntriesMissing(LogError):
    """Entries were skipped, repeated or reordered."""

    code = "log.entries_missing"


class ReportError(MlsError):
    """A report of messages cannot be made or read."""

    code = "report"


class ReportTooLarge(ReportError):
    """The report holds more messages or octets than are accepted."""

    code = "report.too_large"


class FrameError(MlsError):
    """A media frame cannot be sealed."""

    code = "frame"
    fault = Fault.CALLER


class FrameTooShort(FrameError):
    """The frame is shorter than what stays readable of it."""

    code = "frame.too_short"


class FrameKeySpent(FrameError):
    """The counter of this epoch and slot is used up."""

    code = "frame.key_spent"
    fault = Fault.OURS
