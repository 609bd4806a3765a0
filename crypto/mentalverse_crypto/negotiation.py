"""Which cipher suite a group gets.

A group has one suite for its life, and every device has to support it. So the
choice is made when a group begins, from the KeyPackages at hand, and made again
only by a ReInit (`successor`), which never gives up what was reached.
"""

from collections.abc import Collection, Iterable
from typing import Final

from .ciphersuite import CipherSuite, is_downgrade
from .errors import NoCommonSuite
from .key_package import KeyPackage

PREFERENCE: Final = (
    CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519,
    CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
    CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519,
)
"""Best first: what withstands quantum computers, then what hardware speeds up."""


def negotiate(offers: Iterable[Collection[int]]) -> CipherSuite:
    """The best suite that every device offers.

    Args:
        offers: For each device the suites it offers, by their value on the wire.
            Values that are unknown here are passed over.

    Raises:
        NoCommonSuite: there is none.
    """
    shared = set(PREFERENCE).intersection(*offers)
    for suite in PREFERENCE:
        if suite in shared:
            return suite
    raise NoCommonSuite("the devices have no cipher suite in common")


def upgrade(current: CipherSuite, offers: Iterable[Collection[int]]) -> CipherSuite:
    """The suite that a group should move to: `current` unless there is a stronger.

    Suites of equal strength are no reason to move, and a device that has come in
    with weaker ones only is none to move back.

    Args:
        current: The group's suite.
        offers: For each device of the group the suites it offers.
    """
    try:
        best = negotiate(offers)
    except NoCommonSuite:
        return current
    return best if is_downgrade(best, current) else current


def offered(packages: Iterable[KeyPackage]) -> frozenset[CipherSuite]:
    """The suites that one device offers by its KeyPackages."""
    return frozenset(package.cipher_suite for package in packages)


def withheld(packages: Collection[KeyPackage]) -> frozenset[CipherSuite]:
    """The suites that a device supports but for which no KeyPackage came.

    Capabilities are signed by the device, the choice of packages is the server's:
    one that keeps the strong ones back could force a weak group on its members.
    """
    listed = {
        suite
        for package in packages
        for suite in package.leaf_node.capabilities.cipher_suites
    }
    return frozenset(PREFERENCE) & listed - offered(packages)
