"""The key schedule of an epoch (§8).

        init_secret[n-1]
              |
commit_secret -> Extract -> ExpandWithLabel("joiner") = joiner_secret
                                  |
                 psk_secret -> Extract -> DeriveSecret("welcome")
                                  |
          GroupContext -> ExpandWithLabel("epoch") = epoch_secret
                                  |
                          the secrets of `EpochSecrets`
"""

from dataclasses import dataclass, field, replace

from . import hpke
from .ciphersuite import (
    HASH_BYTES,
    NONCE_BYTES,
    CipherSuite,
    HpkeKeyPair,
    Rng,
    digest,
    extract,
)
from .labels import derive_secret, expand_with_label

_EXTERNAL_INIT = b"MLS 1.0 external init secret"


@dataclass(frozen=True, slots=True)
class EpochSecrets:
    """The secrets of one epoch, `Nh` octets each (§8, table 4)."""

    sender_data_secret: bytes = field(repr=False)
    encryption_secret: bytes = field(repr=False)
    exporter_secret: bytes = field(repr=False)
    external_secret: bytes = field(repr=False)
    confirmation_key: bytes = field(repr=False)
    membership_key: bytes = field(repr=False)
    resumption_psk: bytes = field(repr=False)
    epoch_authenticator: bytes = field(repr=False)
    init_secret: bytes = field(repr=False)

    def without_encryption_secret(self) -> "EpochSecrets":
        """A copy to keep once the secret tree has taken that secret (§9.2)."""
        return replace(self, encryption_secret=b"")


def joiner_secret(init_secret: bytes, commit_secret: bytes, context: bytes) -> bytes:
    """`joiner_secret`; `context` is the encoded GroupContext of the epoch begun."""
    return expand_with_label(
        extract(init_secret, commit_secret), b"joiner", context, HASH_BYTES
    )


def welcome_secret(joiner: bytes, psk_secret: bytes) -> bytes:
    """`welcome_secret`."""
    return derive_secret(extract(joiner, psk_secret), b"welcome")


def welcome_key_and_nonce(suite: CipherSuite, secret: bytes) -> tuple[bytes, bytes]:
    """Key and nonce of the encrypted GroupInfo (§12.4.3.1)."""
    return (
        expand_with_label(secret, b"key", b"", suite.key_bytes),
        expand_with_label(secret, b"nonce", b"", NONCE_BYTES),
    )


def epoch_secrets(joiner: bytes, psk_secret: bytes, context: bytes) -> EpochSecrets:
    """All secrets of the epoch whose encoded GroupContext is `context`."""
    member = extract(joiner, psk_secret)
    return from_epoch_secret(expand_with_label(member, b"epoch", context, HASH_BYTES))


def from_epoch_secret(epoch: bytes) -> EpochSecrets:
    """All secrets under an `epoch_secret`; random when a group begins (§11)."""
    return EpochSecrets(
        sender_data_secret=derive_secret(epoch, b"sender data"),
        encryption_secret=derive_secret(epoch, b"encryption"),
        exporter_secret=derive_secret(epoch, b"exporter"),
        external_secret=derive_secret(epoch, b"external"),
        confirmation_key=derive_secret(epoch, b"confirm"),
        membership_key=derive_secret(epoch, b"membership"),
        resumption_psk=derive_secret(epoch, b"resumption"),
        epoch_authenticator=derive_secret(epoch, b"authentication"),
        init_secret=derive_secret(epoch, b"init"),
    )


def external_key_pair(suite: CipherSuite, secrets: EpochSecrets) -> HpkeKeyPair:
    """The key pair that outsiders join by (§8.3)."""
    return hpke.derive_key_pair(suite, secrets.external_secret)


def external_init_send(
    suite: CipherSuite, external_pub: bytes, rng: Rng
) -> tuple[bytes, bytes]:
    """`(kem_output, init_secret)` made by who joins from outside (§8.3)."""
    return hpke.send_export(suite, external_pub, _EXTERNAL_INIT, rng)


def external_init_receive(
    suite: CipherSuite, secrets: EpochSecrets, kem_output: bytes
) -> bytes:
    """The `init_secret` of an external commit, as a member sees it (§8.3)."""
    key_pair = external_key_pair(suite, secrets)
    return hpke.receive_export(suite, key_pair, kem_output, _EXTERNAL_INIT)


def exporter(
    exporter_secret: bytes, label: bytes, context: bytes, length: int
) -> bytes:
    """`MLS-Exporter` (§8.5)."""
    secret = derive_secret(exporter_secret, label)
    return expand_with_label(secret, b"exported", digest(context), length)
