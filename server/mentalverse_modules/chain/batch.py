"""Who is paid what of an epoch, as the settlement contract takes it.

A batch is known by what it is, and nobody picks its id:

    id = Keccak-256(abi(chain, contract, epoch, payees, amounts))

Payees are in ascending order of their addresses, so one set of payees has one id. An
address is one member's: two at one address would be shown to be one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eth_abi.abi import encode
from eth_utils.address import is_hex_address, to_checksum_address
from eth_utils.crypto import keccak

from .abi import contract
from .errors import MalformedBatch

MAX_PAYEES = 100
"""That one transaction pays; the contract takes no more."""
_BATCH = ["uint256", "address", "uint256", "address[]", "uint256[]"]


@dataclass(frozen=True, slots=True)
class Payment:
    """What one address is paid."""

    payee: str
    """With the checksum of EIP-55."""
    micro: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What is settled by one transaction. Made by `batches`."""

    chain_id: int
    contract: str
    epoch: int
    payments: tuple[Payment, ...]

    @property
    def id(self) -> bytes:
        """As the contract derives it, 32 octets."""
        payees, amounts = self._columns()
        values = (self.chain_id, self.contract, self.epoch, payees, amounts)
        return keccak(encode(_BATCH, values))

    @property
    def calldata(self) -> bytes:
        """The call that settles it."""
        return contract("settlement").call("settle", self.epoch, *self._columns())

    @property
    def total_micro(self) -> int:
        """What all of them are paid."""
        return sum(one.micro for one in self.payments)

    def _columns(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        return (
            tuple(one.payee for one in self.payments),
            tuple(one.micro for one in self.payments),
        )


def address(text: str) -> str:
    """An address with its checksum.

    Raises:
        MalformedBatch: none, the zero address, or one with a wrong checksum.
    """
    is_one = text.startswith("0x") and is_hex_address(text)
    if not is_one or int(text, 16) == 0:
        raise MalformedBatch("an address is 0x and 40 hexadecimal digits")
    checked = to_checksum_address(text)
    digits = text[2:]
    if text != checked and digits not in (digits.lower(), digits.upper()):
        raise MalformedBatch("a letter of this address is wrong")
    return checked


def batches(
    chain_id: int, settlement: str, epoch: int, micro_by_address: Mapping[str, int]
) -> tuple[Batch, ...]:
    """The payments of an epoch, `MAX_PAYEES` at a time.

    Args:
        chain_id: of the network.
        settlement: address of the contract.
        epoch: number of the week.
        micro_by_address: above 0 each; none at all is no batch.

    Raises:
        MalformedBatch: an address is none or stands twice, or an amount is not above 0.
    """
    payments = [Payment(address(to), micro) for to, micro in micro_by_address.items()]
    if len({one.payee for one in payments}) != len(payments):
        raise MalformedBatch("an address is of one member")
    if any(one.micro <= 0 for one in payments):
        raise MalformedBatch("an amount is above 0")
    payments.sort(key=lambda one: int(one.payee, 16))
    at = address(settlement)
    return tuple(
        Batch(chain_id, at, epoch, tuple(payments[start : start + MAX_PAYEES]))
        for start in range(0, len(payments), MAX_PAYEES)
    )
