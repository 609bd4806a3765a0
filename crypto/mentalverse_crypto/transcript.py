"""Transcript hashes and the confirmation tag (§8.2, §6.1)."""

from .ciphersuite import digest, mac
from .codec import opaque, u16
from .framing import AuthenticatedContent


def confirmed_transcript_hash(
    interim_before: bytes, commit: AuthenticatedContent
) -> bytes:
    """The hash that the epoch begun by `commit` confirms."""
    covered = (
        u16(commit.wire_format)
        + commit.content.encode()
        + opaque(commit.auth.signature)
    )
    return digest(interim_before + covered)


def interim_transcript_hash(confirmed: bytes, confirmation_tag: bytes) -> bytes:
    """The hash that the next commit builds on."""
    return digest(confirmed + opaque(confirmation_tag))


def confirmation_tag(confirmation_key: bytes, confirmed: bytes) -> bytes:
    """The tag by which a committer proves the same epoch secrets."""
    return mac(confirmation_key, confirmed)
