"""Which networks are talked to: those for tests, or the one that the settings name.

There is no list of main networks to refuse: a new one would not be in it.
"""

from __future__ import annotations

from .errors import RefusedNetwork

TESTS = frozenset(
    {
        1337,  # chains of developers
        31337,
        17000,  # Holesky
        560048,  # Hoodi
        11155111,  # Sepolia
        131277322940537,  # the chain in memory of eth-tester
    }
)


def require_network(chain_id: int, named: int) -> None:
    """Whether to go on with a network that says this of itself.

    Args:
        chain_id: EIP-155 id, as the network tells.
        named: the id in the settings; 0 names none.

    Raises:
        RefusedNetwork: neither named nor for tests.
    """
    if named not in (0, chain_id):
        raise RefusedNetwork(f"this is network {chain_id}, the settings name {named}")
    if named == 0 and chain_id not in TESTS:
        raise RefusedNetwork(
            f"network {chain_id} is not one for tests: name it in chain.chain_id"
        )
