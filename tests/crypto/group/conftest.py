"""A group that has been through some commits."""

import pytest

from support.deterministic import seeded_rng
from support.mls_group import Client, commit, group_of


@pytest.fixture
def members() -> list[Client]:
    """Four members whose tree has paths set by two of them."""
    clients = group_of(4, seeded_rng(61))
    for committer in clients[:2]:
        commit(committer, [c for c in clients if c is not committer])
    return clients
