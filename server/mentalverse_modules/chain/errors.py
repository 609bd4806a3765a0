"""What the chain module refuses, with stable codes: the operator can mend all of it.

ChainError
├── MalformedBatch     malformed_batch     payees, amounts or addresses that cannot be
└── RefusedNetwork     refused_network     a network that the settings do not name
"""

from __future__ import annotations

from typing import ClassVar


class ChainError(Exception):
    """Root of what the chain module refuses."""

    code: ClassVar[str]


class MalformedBatch(ChainError):
    """Nobody can be paid like this."""

    code = "malformed_batch"


class RefusedNetwork(ChainError):
    """A network that the settings do not name."""

    code = "refused_network"
