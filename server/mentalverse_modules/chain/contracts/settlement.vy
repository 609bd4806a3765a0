#pragma version 0.4.3
#pragma evm-version cancun
"""
@title Tokens of closed epochs, for members who asked for them at an address of their own
@license Apache-2.0
@notice A batch pays payees for one epoch. It is known by what it is: its id is derived
    here from chain, contract, epoch, payees and amounts, so it can be settled once. Nor is
    anybody paid twice for an epoch by another batch. The token is an ERC-20.
@dev A leaked key can be stopped, for good; there is no way on but another contract.
    Unaudited.
"""

from ethereum.ercs import IERC20
from ethereum.ercs import IERC20Detailed

implements: IERC20
implements: IERC20Detailed

MAX_PAYEES: constant(uint256) = 100

event Settled:
    id: indexed(bytes32)
    epoch: indexed(uint256)
    total: uint256

event Stopped:
    pass

name: public(constant(String[11])) = "MentalVerse"
symbol: public(constant(String[3])) = "MVT"
decimals: public(constant(uint8)) = 6

MINTER: public(immutable(address))
is_stopped: public(bool)
settled: public(HashMap[bytes32, bool])
# epoch -> payee -> what they were paid for it.
paid: public(HashMap[uint256, HashMap[address, uint256]])
totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])


@deploy
def __init__():
    MINTER = msg.sender


@external
def settle(epoch: uint256, payees: DynArray[address, MAX_PAYEES], amounts: DynArray[uint256, MAX_PAYEES]) -> bytes32:
    """
    @param epoch Number of the week; week 0 began on 1970-01-05.
    @param payees In ascending order, so that one set of payees has one id.
    @param amounts Of each payee, in 10^-6 MVT.
    """
    assert msg.sender == MINTER, "not the minter"
    assert not self.is_stopped, "stopped"
    assert len(payees) > 0 and len(payees) == len(amounts), "one amount for each payee"
    id: bytes32 = keccak256(abi_encode(chain.id, self, epoch, payees, amounts))
    assert not self.settled[id], "settled before"
    self.settled[id] = True
    total: uint256 = 0
    before: uint160 = 0
    for i: uint256 in range(len(payees), bound=MAX_PAYEES):
        payee: address = payees[i]
        assert convert(payee, uint160) > before, "payees are in ascending order"
        assert amounts[i] > 0, "an amount is above 0"
        assert self.paid[epoch][payee] == 0, "paid for this epoch"
        before = convert(payee, uint160)
        self.paid[epoch][payee] = amounts[i]
        self.balanceOf[payee] += amounts[i]
        total += amounts[i]
        log IERC20.Transfer(sender=empty(address), receiver=payee, value=amounts[i])
    self.totalSupply += total
    log Settled(id=id, epoch=epoch, total=total)
    return id


@external
def stop():
    """
    @notice Nothing more is settled by this contract. What was paid stays as it is.
    """
    assert msg.sender == MINTER, "not the minter"
    self.is_stopped = True
    log Stopped()


@external
def transfer(receiver: address, amount: uint256) -> bool:
    self._move(msg.sender, receiver, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    self.allowance[msg.sender][spender] = amount
    log IERC20.Approval(owner=msg.sender, spender=spender, value=amount)
    return True


@external
def transferFrom(sender: address, receiver: address, amount: uint256) -> bool:
    assert self.allowance[sender][msg.sender] >= amount, "not allowed"
    self.allowance[sender][msg.sender] -= amount
    self._move(sender, receiver, amount)
    return True


@internal
def _move(sender: address, receiver: address, amount: uint256):
    assert receiver != empty(address), "to nobody"
    assert self.balanceOf[sender] >= amount, "there is less than that"
    self.balanceOf[sender] -= amount
    self.balanceOf[receiver] += amount
    log IERC20.Transfer(sender=sender, receiver=receiver, value=amount)
