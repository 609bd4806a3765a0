"""What is deployed is what stands in the sources; and which networks are talked to."""

from __future__ import annotations

import pytest

from mentalverse_modules.chain.errors import RefusedNetwork
from mentalverse_modules.chain.networks import TESTS, require_network
from support.contracts import FOLDER, NAMES, compiled

MAIN_NETWORK = 1


@pytest.mark.parametrize("name", NAMES)
def test_what_is_checked_in_is_compiled_from_the_source(name: str) -> None:
    """If it is not: `make contracts`."""
    assert (FOLDER / f"{name}.json").read_bytes() == compiled(name)


def test_a_network_for_tests_needs_no_name() -> None:
    for chain_id in TESTS:
        require_network(chain_id, 0)


def test_any_other_network_is_talked_to_only_if_the_settings_name_it() -> None:
    with pytest.raises(RefusedNetwork, match="chain.chain_id"):
        require_network(MAIN_NETWORK, 0)
    require_network(MAIN_NETWORK, MAIN_NETWORK)


def test_a_network_that_is_not_the_named_one_is_refused() -> None:
    with pytest.raises(RefusedNetwork):
        require_network(11155111, 31337)
    with pytest.raises(RefusedNetwork):
        require_network(MAIN_NETWORK, 31337)
