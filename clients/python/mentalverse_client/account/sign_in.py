"""Sign-in tokens: kept while they last, fetched anew when they do not."""

from __future__ import annotations

from collections.abc import Callable

from ..line.http import AccountApi
from ..store.records import StoredSignIn, load, save
from .profile import Profile

RENEW_BEFORE_MS = 24 * 60 * 60 * 1000
"""A token with less than a day left is not used for another connection."""


class SignInSource:
    """Answers the connection's question for a token."""

    def __init__(self, profile: Profile, now_ms: Callable[[], int]) -> None:
        self._profile = profile
        self._now_ms = now_ms

    async def __call__(self, *, fresh: bool) -> str:
        """A token; `fresh` when the last one was refused.

        Raises:
            NotConnected: the server cannot be reached.
            Unauthorised: it does not know this device, or not any more.
        """
        stored = load(self._profile.vault, StoredSignIn, "sign_in")
        if not fresh and stored is not None and self._lasts(stored):
            return stored.token
        identity = self._profile.identity
        async with AccountApi(identity.server_url) as api:
            signed = await api.sign_in(
                identity.server, identity.device, self._profile.device_key
            )
        kept = StoredSignIn(token=signed.token, expires_at_ms=signed.expires_at)
        with self._profile.vault.transaction() as write:
            save(write, "sign_in", kept)
        return kept.token

    def _lasts(self, stored: StoredSignIn) -> bool:
        return stored.expires_at_ms - self._now_ms() > RENEW_BEFORE_MS
