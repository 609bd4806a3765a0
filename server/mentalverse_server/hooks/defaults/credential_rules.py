"""The rules of credentials, for the services that carry them out."""

from mentalverse_modules.credentials import (
    application,
    checks,
    days,
    levels,
    renewal,
    status_list,
    vc,
)
from mentalverse_modules.credentials.application import Act, Application, State
from mentalverse_modules.credentials.documents import SHIPPED, pack_hash, shipped
from mentalverse_modules.credentials.errors import (
    CredentialError,
    ListFull,
    MalformedCredential,
    NotTheirs,
    SignedAlready,
    SourceReused,
    WrongState,
)
from mentalverse_modules.credentials.keys import (
    Curve,
    IssuerKey,
    PublicKey,
    did_document,
    did_key,
    did_web,
    key_of_did,
)
from mentalverse_modules.credentials.packs import (
    CredentialType,
    Level,
    Pack,
    Requirement,
)
from mentalverse_modules.credentials.renewal import Standing, Status

__all__ = [
    "SHIPPED",
    "Act",
    "Application",
    "CredentialError",
    "CredentialType",
    "Curve",
    "IssuerKey",
    "Level",
    "ListFull",
    "MalformedCredential",
    "NotTheirs",
    "Pack",
    "PublicKey",
    "Requirement",
    "SignedAlready",
    "SourceReused",
    "Standing",
    "State",
    "Status",
    "WrongState",
    "application",
    "checks",
    "days",
    "did_document",
    "did_key",
    "did_web",
    "key_of_did",
    "levels",
    "pack_hash",
    "renewal",
    "shipped",
    "status_list",
    "vc",
]
