"""The file of a reported message, as whoever reported it saw it.

What opens it stands in the message, which its sender signed: key and hash belong to
this one content (see `mentalverse_crypto.attachments`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mentalverse_crypto.attachments import AttachmentDecryptor, AttachmentReference
from mentalverse_crypto.carried import File, Voice
from mentalverse_crypto.content import Content
from mentalverse_crypto.public import MlsError, Verdict, Verified

from .report_view import CaseError, Opened

CHUNK_BYTES = 1024 * 1024


def reference_of(verdict: Verdict) -> AttachmentReference | None:
    """Where the file of a verified message is and what opens it, if it has one."""
    if isinstance(verdict, Verified) and isinstance(verdict.content, Content):
        body = verdict.content.body
        if isinstance(body, File | Voice):
            return body.attachment
    return None


def reported_file(opened: Opened, number: int) -> AttachmentReference:
    """The file of the message with this number, from 1. Raises `CaseError`."""
    if not 1 <= number <= len(opened.verdicts):
        raise CaseError(f"the report has no message {number}")
    reference = reference_of(opened.verdicts[number - 1])
    if reference is None:
        raise CaseError(f"message {number} has no file, or nobody can be held to it")
    return reference


def save_file(reference: AttachmentReference, sealed: Path, target: Path) -> None:
    """Decrypt `sealed` into a new file: whole, or not at all. Raises `CaseError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with (
            sealed.open("rb") as source,
            os.fdopen(os.open(target, flags, 0o600), "wb") as file,
        ):
            try:
                for piece in _opened(
                    reference, iter(lambda: source.read(CHUNK_BYTES), b"")
                ):
                    file.write(piece)
            except BaseException:
                target.unlink()
                raise
    except FileNotFoundError as error:
        raise CaseError(f"{error.filename}: the file is not kept any more") from None
    except OSError as error:
        raise CaseError(f"{target}: {error.strerror}") from None
    except MlsError as error:
        raise CaseError(f"the file does not open ({error.code})") from None


def _opened(reference: AttachmentReference, pieces: Iterator[bytes]) -> Iterator[bytes]:
    decryptor = AttachmentDecryptor(reference, max_bytes=reference.size)
    for piece in pieces:
        yield decryptor.update(piece)
    decryptor.finish()
