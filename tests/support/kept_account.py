"""An account's record with one of everything, for the tests of its backup."""

from __future__ import annotations

from mentalverse_crypto.account_record import (
    AccountRecord,
    ContactPin,
    KeptArchive,
    ResumptionSecret,
)
from mentalverse_crypto.history import Archive

ARCHIVE = Archive(b"c" * 16, b"w" * 16, 7, b"K" * 32, b"f" * 16)
RECORD = AccountRecord(
    b"a" * 16,
    b"canary-account-private-key-canar",
    b"device list",
    (ContactPin(b"b" * 16, b"p" * 32, verified=True), ContactPin(b"c" * 16, b"q" * 32)),
    (KeptArchive(ARCHIVE, ARCHIVE.start),),
    (
        ResumptionSecret(b"group", 4, b"R" * 32),
        ResumptionSecret(b"group", 3, b"S" * 32),
    ),
    b'{"theme":"dark"}',
)
