"""Which keys of the authentication service follow on those that are accepted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mentalverse_crypto.as_keys import AsKey, accepted_as_keys


def follow_as_keys(
    accepted: Collection[bytes], shown: Sequence[bytes]
) -> dict[bytes, bytes]:
    """The newest accepted key and those that it leads to, by raw key id.

    Args:
        accepted: Public keys that are accepted so far.
        shown: Every key of the service as it shows them, oldest first (`AsKey`).

    Raises:
        DecodeError: one is no key of our version.
        UnknownAuthenticationKey: none is accepted so far, or one of those after it
            is not introduced by the one before.
    """
    keys = [AsKey.decode(each) for each in shown]
    newest = next((key for key in reversed(keys) if key.public in accepted), None)
    return accepted_as_keys(b"" if newest is None else newest.public, keys)
