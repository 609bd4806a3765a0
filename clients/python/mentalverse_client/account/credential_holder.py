"""The key that this device's credentials are issued to; it is made once."""

from __future__ import annotations

from mentalverse_crypto.ciphersuite import generate_signature_key_pair
from mentalverse_modules.credentials.keys import Curve, IssuerKey, PublicKey, did_key

from ..store.records import Record, load, save
from .device import Device

_SPACE = "credential_holder"


class Holder(Record, frozen=True):
    """A key pair that stands for nobody but itself."""

    private: bytes
    public: bytes

    def __repr__(self) -> str:
        return "Holder()"

    @property
    def shown(self) -> PublicKey:
        """The half that others see."""
        return PublicKey(Curve.ED25519, self.public)

    @property
    def signs(self) -> IssuerKey:
        """The half that proves."""
        return IssuerKey(did_key(self.shown), self.public, self.private)


def holder_of(device: Device) -> Holder:
    """The holder's key of this device."""
    vault = device.profile.vault
    known = load(vault, Holder, _SPACE)
    if known is None:
        pair = generate_signature_key_pair(device.rng)
        known = Holder(private=pair.private, public=pair.public)
        with vault.transaction() as write:
            save(write, _SPACE, known)
    return known
