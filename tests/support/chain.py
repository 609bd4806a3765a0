"""A chain in memory, with the two contracts as they are checked in.

One for a whole file of tests: each test deploys what it needs, which takes 20 ms.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from eth_tester.exceptions import TransactionFailed  # type: ignore[import-untyped]
from eth_typing import ChecksumAddress
from hexbytes import HexBytes
from web3 import EthereumTesterProvider, Web3
from web3.types import TxParams

from mentalverse_modules.chain.abi import Value, contract

# The interpreter's own. A package of the chain in memory allows 100,000 calls, and then
# a deep JSON text ends the process, where other tests of it expect an error.
sys.setrecursionlimit(1_000)


@dataclass
class Chain:
    """Who is on it, and what they do."""

    web3: Web3 = field(default_factory=lambda: Web3(EthereumTesterProvider()))
    gas: dict[str, int] = field(default_factory=dict)
    """What the calls of a test took, by the name that it gave them."""

    @property
    def id(self) -> int:
        return self.web3.eth.chain_id

    @property
    def people(self) -> tuple[ChecksumAddress, ...]:
        """The first of them deploys."""
        return tuple(self.web3.eth.accounts)

    def deploy(self, name: str) -> Deployed:
        eth = self.web3.eth
        sent: TxParams = {
            "from": self.people[0],
            "data": HexBytes(contract(name).creation),
        }
        mined = eth.wait_for_transaction_receipt(eth.send_transaction(sent))
        address = mined["contractAddress"]
        assert address is not None
        return Deployed(self, name, address)


@dataclass(frozen=True)
class Deployed:
    """A contract in its place."""

    chain: Chain
    name: str
    address: ChecksumAddress

    def ask(self, function: str, *values: Value) -> object:
        """The one value that a view answers."""
        of = contract(self.name)
        octets = self.chain.web3.eth.call(
            {"to": self.address, "data": HexBytes(of.call(function, *values))}
        )
        (answer,) = of.answer(function, octets)
        return answer

    def send(self, data: bytes, by: int = 0, told: str = "") -> None:
        """A call by somebody, who is refused (`Refused`) or has it mined."""
        eth = self.chain.web3.eth
        transaction: TxParams = {
            "from": self.chain.people[by],
            "to": self.address,
            "data": HexBytes(data),
        }
        try:
            mined = eth.wait_for_transaction_receipt(eth.send_transaction(transaction))
        except TransactionFailed as error:
            raise Refused(str(error).removeprefix("execution reverted: ")) from None
        if told:
            self.chain.gas[told] = mined["gasUsed"]

    def do(self, function: str, *values: Value, by: int = 0) -> None:
        self.send(contract(self.name).call(function, *values), by)


class Refused(Exception):
    """A contract's own words."""
