"""This device, as every conversation on it needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_signaling.conversation import Leaf

from .profile import Profile, Rng
from .suites import SUITES
from .trust import CredentialCheck


@dataclass(frozen=True, slots=True)
class Device:
    """What this device brings to every conversation."""

    profile: Profile
    now: Callable[[], datetime]
    rng: Rng
    suites: tuple[CipherSuite, ...] = SUITES
    """What it offers, best first."""

    @property
    def leaf(self) -> Leaf:
        """Its account and device."""
        return self.profile.identity.account, self.profile.identity.device

    def now_ms(self) -> int:
        """The device's clock in Unix milliseconds."""
        return int(self.now().timestamp() * 1000)

    def check(self) -> CredentialCheck:
        """A check of credentials as of this moment."""
        return CredentialCheck(self.profile.vault, self.profile.identity, self.now())
