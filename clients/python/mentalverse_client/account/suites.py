"""Which cipher suites this client offers, and which of them a new group gets.

A group has one suite for its life. So the choice is made when it gets its first
other member, from the KeyPackages that every device in it offers (`negotiation` of
`mentalverse_crypto`), and nothing weakens it afterwards: who comes later needs a
package of that suite.

Which packages a client is given is the server's choice, and one that keeps the strong
ones back could have everybody use a weaker suite. But each package names, signed, the
suites of its device. A device lists there what it publishes packages for, and it
publishes those of the best suite first: where all list a better suite and a package of
it is missing, it was withheld, and no group is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from mentalverse_crypto.ciphersuite import CipherSuite, is_downgrade
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.leaf import Capabilities
from mentalverse_crypto.negotiation import negotiate, offered, withheld
from mentalverse_signaling.conversation import Leaf

from ..errors import SuiteWithheld
from .trust import leaf_of

HYBRID: Final = CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519
CLASSICAL: Final = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
SUITES: Final = (HYBRID, CLASSICAL)
"""What a device offers, best first."""

_IN_WORDS: Final = {
    HYBRID: "hybrid post-quantum (X25519 with ML-KEM-768)",
    CLASSICAL: "classical (X25519)",
    CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519: (
        "classical (X25519, ChaCha20-Poly1305)"
    ),
}


def capabilities(suites: Iterable[CipherSuite]) -> Capabilities:
    """What a leaf says of a device that offers these suites."""
    return Capabilities(cipher_suites=tuple(suites))


def choose(own: Collection[CipherSuite], packages: Iterable[KeyPackage]) -> CipherSuite:
    """The best suite that this device and those of `packages` all offer.

    Args:
        own: What this device offers.
        packages: Everything that the other devices offer.

    Raises:
        NoCommonSuite: there is none.
        SuiteWithheld: all devices support a better one, and packages are missing.
    """
    by_device: defaultdict[Leaf, list[KeyPackage]] = defaultdict(list)
    for package in packages:
        by_device[leaf_of(package.leaf_node.credential)].append(package)
    suite = negotiate([own, *map(offered, by_device.values())])
    listed = (offered(of) | withheld(of) for of in by_device.values())
    if is_downgrade(negotiate([own, *listed]), suite):
        raise SuiteWithheld("a device supports better encryption than it offers here")
    return suite


def in_words(suite: CipherSuite) -> str:
    """A suite for people to read."""
    return _IN_WORDS[suite]
