"""What credentials are refused for, with stable codes.

CredentialError
├── is no credential, whoever shows it
│   ├── MalformedCredential  malformed_credential  not what the standards describe
│   ├── WrongSignature       wrong_signature       altered, or signed by another
│   └── UnknownKey           unknown_key           no key of that name is known
├── is one, and does not hold now
│   ├── NotYetValid          not_yet_valid         its time has not come
│   ├── Expired              expired               its time is over
│   ├── Revoked              revoked               taken back for good
│   ├── Suspended            suspended             taken back until further notice
│   ├── StatusUnknown        status_unknown        no list says whether it holds
│   └── ShownElsewhere       shown_elsewhere       by another, or elsewhere
└── the issuer's own
    ├── MalformedList        malformed_list        a status list that is none
    └── ListFull             list_full             a status list has no place left
"""

from __future__ import annotations

from typing import ClassVar


class CredentialError(Exception):
    """Root of what credentials are refused for."""

    code: ClassVar[str]


class MalformedCredential(CredentialError):
    """Not what the standards describe."""

    code = "malformed_credential"


class WrongSignature(CredentialError):
    """Altered on the way, or signed by somebody else."""

    code = "wrong_signature"


class UnknownKey(CredentialError):
    """The key it names is not known, or is of another kind."""

    code = "unknown_key"


class NotYetValid(CredentialError):
    """Its time has not come."""

    code = "not_yet_valid"


class Expired(CredentialError):
    """Its time is over."""

    code = "expired"


class Revoked(CredentialError):
    """Taken back for good."""

    code = "revoked"


class Suspended(CredentialError):
    """Taken back until further notice."""

    code = "suspended"


class StatusUnknown(CredentialError):
    """It has a status, and no list at hand says which."""

    code = "status_unknown"


class ShownElsewhere(CredentialError):
    """The holder has shown it: by another device, in another conversation or epoch."""

    code = "shown_elsewhere"


class MalformedList(CredentialError):
    """A status list that is none, or one that is too large."""

    code = "malformed_list"


class ListFull(CredentialError):
    """So many places of a status list are taken that the next one begins."""

    code = "list_full"


class WrongState(CredentialError):
    """The application has no such step now."""

    code = "wrong_state"


class NotTheirs(CredentialError):
    """A step of somebody else; and nobody reviews their own application."""

    code = "not_theirs"


class SignedAlready(CredentialError):
    """Two signatures are of two people."""

    code = "signed_already"


class ReasonRequired(CredentialError):
    """A step that has to be explained was not."""

    code = "reason_required"


class RequirementsMissing(CredentialError):
    """Something is not met yet; `codes` says what."""

    code = "requirements_missing"

    def __init__(self, codes: tuple[str, ...]) -> None:
        self.codes = codes
        super().__init__("not met yet: " + ", ".join(codes))


class SourceReused(CredentialError):
    """A source that was recorded for another training counts once."""

    code = "source_reused"


class MalformedPack(CredentialError):
    """Requirements that mean nothing; `findings` says where."""

    code = "malformed_pack"

    def __init__(self, findings: tuple[str, ...]) -> None:
        self.findings = findings
        super().__init__("; ".join(findings))
