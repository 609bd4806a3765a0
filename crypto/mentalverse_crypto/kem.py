"""The key encapsulation mechanisms of HPKE: DHKEM(X25519) and X-Wing.

    0x0020  DHKEM(X25519, HKDF-SHA256)       RFC 9180 §4.1, §7.1
    0x647a  X-Wing: ML-KEM-768 with X25519   draft-connolly-cfrg-xwing-kem

X-Wing stays secret as long as either of its two parts does. A private key is
its 32-octet seed; the keys of both parts are expanded from it for every use, so
that no expanded secret has to be kept or stored.

The randomness of ML-KEM encapsulation comes from OpenSSL, which takes none from
its caller. All other randomness is the caller's `rng`.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)

from .ciphersuite import (
    HASH_BYTES,
    KEY_BYTES,
    CipherSuite,
    HpkeKeyPair,
    Rng,
    expand,
    extract,
    is_usable_x25519,
    x25519,
    x25519_public,
)
from .codec import u16
from .errors import DecryptError

DHKEM_X25519_ID: Final = 0x0020
X_WING_ID: Final = 0x647A

_ML_KEM_PUBLIC_BYTES = 1184
_ML_KEM_CIPHERTEXT_BYTES = 1088
_ML_KEM_SEED_BYTES = 64


def labeled_extract(suite_id: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    """`LabeledExtract` (RFC 9180 §4)."""
    return extract(salt, b"HPKE-v1" + suite_id + label + ikm)


def labeled_expand(
    suite_id: bytes, secret: bytes, label: bytes, info: bytes, length: int
) -> bytes:
    """`LabeledExpand` (RFC 9180 §4)."""
    return expand(secret, u16(length) + b"HPKE-v1" + suite_id + label + info, length)


class Kem(Protocol):
    """A key encapsulation mechanism (RFC 9180 §4)."""

    @property
    def kem_id(self) -> int:
        """The identifier in the HPKE registry."""

    @property
    def public_bytes(self) -> int:
        """`Npk`, the length of a public key."""

    @property
    def output_bytes(self) -> int:
        """`Nenc`, the length of what is sent."""

    def derive_key_pair(self, ikm: bytes) -> HpkeKeyPair:
        """`DeriveKeyPair`: a private key is 32 octets for every KEM here."""

    def encapsulate(self, public: bytes, rng: Rng) -> tuple[bytes, bytes]:
        """`Encap`: `(shared_secret, enc)`.

        Raises:
            DecryptError: nothing can be sealed to this key.
        """

    def decapsulate(self, key_pair: HpkeKeyPair, output: bytes) -> bytes:
        """`Decap`: the shared secret, 32 octets.

        Raises:
            DecryptError: `output` is malformed.
        """

    def is_usable(self, public: bytes) -> bool:
        """Whether something can be sealed to a public key.

        Nothing can be sealed to others, so one in a tree would stop everybody
        from committing.
        """


@dataclass(frozen=True, slots=True)
class DhKem:
    """DHKEM(X25519, HKDF-SHA256)."""

    kem_id: int = DHKEM_X25519_ID
    public_bytes: int = KEY_BYTES
    output_bytes: int = KEY_BYTES

    def derive_key_pair(self, ikm: bytes) -> HpkeKeyPair:
        """`DeriveKeyPair` (RFC 9180 §7.1.3)."""
        secret = labeled_extract(_DHKEM_SUITE_ID, b"", b"dkp_prk", ikm)
        private = labeled_expand(_DHKEM_SUITE_ID, secret, b"sk", b"", KEY_BYTES)
        return HpkeKeyPair(private, x25519_public(private))

    def encapsulate(self, public: bytes, rng: Rng) -> tuple[bytes, bytes]:
        """`Encap` (RFC 9180 §4.1)."""
        ephemeral = self.derive_key_pair(rng(KEY_BYTES))
        dh = x25519(ephemeral.private, public)
        return _dhkem_secret(dh, ephemeral.public, public), ephemeral.public

    def decapsulate(self, key_pair: HpkeKeyPair, output: bytes) -> bytes:
        """`Decap` (RFC 9180 §4.1)."""
        dh = x25519(key_pair.private, output)
        return _dhkem_secret(dh, output, key_pair.public)

    def is_usable(self, public: bytes) -> bool:
        """Whether a key has its length and is not of small order."""
        return is_usable_x25519(public)


_DHKEM_SUITE_ID = b"KEM" + u16(DHKEM_X25519_ID)


def _dhkem_secret(dh: bytes, output: bytes, public: bytes) -> bytes:
    secret = labeled_extract(_DHKEM_SUITE_ID, b"", b"eae_prk", dh)
    return labeled_expand(
        _DHKEM_SUITE_ID, secret, b"shared_secret", output + public, HASH_BYTES
    )


@dataclass(frozen=True, slots=True)
class XWing:
    """X-Wing. Keys and outputs are ML-KEM's followed by X25519's."""

    kem_id: int = X_WING_ID
    public_bytes: int = _ML_KEM_PUBLIC_BYTES + KEY_BYTES
    output_bytes: int = _ML_KEM_CIPHERTEXT_BYTES + KEY_BYTES

    def derive_key_pair(self, ikm: bytes) -> HpkeKeyPair:
        """The key pair whose seed is SHAKE256(ikm).

        HPKE's registration of X-Wing leaves `DeriveKeyPair` open; this is the
        rule of the JavaScript implementation that browsers use.
        """
        seed = hashlib.shake_256(ikm).digest(KEY_BYTES)
        ml_kem, x_private = _expand_seed(seed)
        public = ml_kem.public_key().public_bytes_raw() + x25519_public(x_private)
        return HpkeKeyPair(seed, public)

    def encapsulate(self, public: bytes, rng: Rng) -> tuple[bytes, bytes]:
        """`Encapsulate` (X-Wing §5.4)."""
        ml_kem_public, x_public = _split(public, _ML_KEM_PUBLIC_BYTES)
        ml_kem_secret, ciphertext = _ml_kem_public(ml_kem_public).encapsulate()
        ephemeral = rng(KEY_BYTES)
        x_output = x25519_public(ephemeral)
        x_secret = x25519(ephemeral, x_public)
        secret = _combine(ml_kem_secret, x_secret, x_output, x_public)
        return secret, ciphertext + x_output

    def decapsulate(self, key_pair: HpkeKeyPair, output: bytes) -> bytes:
        """`Decapsulate` (X-Wing §5.5)."""
        ciphertext, x_output = _split(output, _ML_KEM_CIPHERTEXT_BYTES)
        _, x_public = _split(key_pair.public, _ML_KEM_PUBLIC_BYTES)
        ml_kem, x_private = _expand_seed(key_pair.private)
        x_secret = x25519(x_private, x_output)
        ml_kem_secret = ml_kem.decapsulate(ciphertext)
        return _combine(ml_kem_secret, x_secret, x_output, x_public)

    def is_usable(self, public: bytes) -> bool:
        """Whether both parts are keys, each by the rules of its own kind."""
        try:
            ml_kem_public, x_public = _split(public, _ML_KEM_PUBLIC_BYTES)
            _ml_kem_public(ml_kem_public)
        except DecryptError:
            return False
        return is_usable_x25519(x_public)


_X_WING_LABEL = b"\\.//^\\"


def _expand_seed(seed: bytes) -> tuple[MLKEM768PrivateKey, bytes]:
    """`expandDecapsulationKey` (X-Wing §5.2): ML-KEM's key and X25519's."""
    octets = hashlib.shake_256(seed).digest(_ML_KEM_SEED_BYTES + KEY_BYTES)
    ml_kem = MLKEM768PrivateKey.from_seed_bytes(octets[:_ML_KEM_SEED_BYTES])
    return ml_kem, octets[_ML_KEM_SEED_BYTES:]


def _combine(
    ml_kem_secret: bytes, x_secret: bytes, x_output: bytes, x_public: bytes
) -> bytes:
    """`Combiner` (X-Wing §5.3)."""
    inputs = ml_kem_secret + x_secret + x_output + x_public + _X_WING_LABEL
    return hashlib.sha3_256(inputs).digest()


def _split(octets: bytes, ml_kem_bytes: int) -> tuple[bytes, bytes]:
    if len(octets) != ml_kem_bytes + KEY_BYTES:
        raise DecryptError("key or ciphertext has the wrong length")
    return octets[:ml_kem_bytes], octets[ml_kem_bytes:]


def _ml_kem_public(octets: bytes) -> MLKEM768PublicKey:
    try:
        return MLKEM768PublicKey.from_public_bytes(octets)
    except ValueError:
        raise DecryptError("public key is not one of ML-KEM-768") from None


_DHKEM: Final = DhKem()
_KEMS: Final[dict[CipherSuite, Kem]] = {
    CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519: _DHKEM,
    CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519: _DHKEM,
    CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519: XWing(),
}


def kem_of(suite: CipherSuite) -> Kem:
    """The KEM that a suite names."""
    return _KEMS[suite]


def is_usable_public(suite: CipherSuite, public: bytes) -> bool:
    """Whether something can be sealed to a public key with a suite."""
    return _KEMS[suite].is_usable(public)
