"""The node of a chain that the settings name, as `mentalverse chain` uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from .settings import EXIT_NOT_READY, EXIT_USAGE, fail, one_line_errors

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount
    from web3 import Web3
    from web3.types import TxParams

    from mentalverse_modules.chain.abi import Value
    from mentalverse_server.config_chain import ChainSection

ANSWER_SECONDS = 20
MINED_SECONDS = 180
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Node:
    """A connection whose network was found to be one that may be talked to."""

    web3: Web3
    chain_id: int
    signer: LocalAccount | None

    def ask(self, name: str, at: str, view: str, *values: Value) -> object:
        """The one value that a view of a contract answers."""
        from eth_utils.address import to_checksum_address
        from hexbytes import HexBytes
        from web3.exceptions import Web3Exception

        from mentalverse_modules.chain.abi import contract

        data = HexBytes(contract(name).call(view, *values))
        try:
            octets = self.web3.eth.call({"to": to_checksum_address(at), "data": data})
            (answer,) = contract(name).answer(view, octets)
        except (Web3Exception, ValueError) as error:
            fail(f"there is no {name} at {at}: {error}", EXIT_NOT_READY)
        return answer

    def require_owner(self, name: str, at: str, view: str) -> None:
        """Fail unless the contract takes its calls from the key that there is."""
        owner = self.ask(name, at, view)
        if self.signer is not None and owner != self.signer.address.lower():
            fail(f"{at} takes calls from {owner}, the key is of {self.signer.address}")

    def send(self, data: bytes, at: str | None, what: str) -> str | None:
        """Have a call mined; without a key, print it for whoever signs.

        Returns the address of a contract that it created.
        """
        if self.signer is None:
            typer.echo(f"{what}: to be signed elsewhere")
            typer.echo(f"  to   {at or '(creates a contract)'}")
            typer.echo(f"  data 0x{data.hex()}")
            return None
        return self._mined(data, at, what, self.signer)

    def _mined(
        self, data: bytes, at: str | None, what: str, signer: LocalAccount
    ) -> str | None:
        from web3.exceptions import Web3Exception

        eth = self.web3.eth
        try:
            signed = eth.account.sign_transaction(
                self._transaction(data, at, signer), signer.key
            )
            sent = eth.send_raw_transaction(signed.raw_transaction)
            mined = eth.wait_for_transaction_receipt(sent, timeout=MINED_SECONDS)
        except (Web3Exception, OSError, ValueError) as error:
            fail(f"{what}: {error}")
        if mined["status"] != 1:
            fail(f"{what}: the contract refused it ({sent.to_0x_hex()})")
        typer.echo(f"{what}: {sent.to_0x_hex()}, gas {mined['gasUsed']}")
        return mined["contractAddress"]

    def _transaction(
        self, data: bytes, at: str | None, signer: LocalAccount
    ) -> TxParams:
        from eth_utils.address import to_checksum_address
        from hexbytes import HexBytes
        from web3.types import Wei

        eth = self.web3.eth
        transaction: TxParams = {
            "from": signer.address,
            "data": HexBytes(data),
            "value": Wei(0),
            "chainId": self.chain_id,
            "nonce": eth.get_transaction_count(signer.address, "pending"),
        }
        if at is not None:
            transaction["to"] = to_checksum_address(at)
        transaction["gas"] = eth.estimate_gas(transaction)
        base = eth.get_block("latest").get("baseFeePerGas")
        if base is None:
            transaction["gasPrice"] = eth.gas_price
        else:
            tip = eth.max_priority_fee
            transaction["maxPriorityFeePerGas"] = tip
            transaction["maxFeePerGas"] = Wei(2 * base + tip)
        return transaction


def open_node(settings: ChainSection) -> Node:
    """The node of the settings; a network that is refused ends the command."""
    if settings.rpc_url_file is None:
        fail("no chain is set up: chain.rpc_url_file", EXIT_USAGE)
    try:
        from web3 import Web3
        from web3.exceptions import Web3Exception
    except ImportError:
        fail("this needs the extra: pip install 'mentalverse[chain]'", EXIT_USAGE)
    from mentalverse_modules.chain.errors import RefusedNetwork
    from mentalverse_modules.chain.networks import require_network
    from mentalverse_server.config import read_secret

    with one_line_errors():
        url = read_secret(settings.rpc_url_file)
        key = "" if settings.key_file is None else read_secret(settings.key_file)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _HERE:
        fail("a node is asked by https://, or on this machine", EXIT_USAGE)
    provider = Web3.HTTPProvider(url, request_kwargs={"timeout": ANSWER_SECONDS})
    web3 = Web3(provider)
    try:
        chain_id = web3.eth.chain_id
        require_network(chain_id, settings.chain_id)
        signer = web3.eth.account.from_key(key) if key else None
    except RefusedNetwork as error:
        fail(str(error), EXIT_USAGE)
    except (Web3Exception, OSError):
        # The text of the error may hold the address, and the address a key.
        fail("the node was not reached", EXIT_NOT_READY)
    except ValueError:
        fail(f"{settings.key_file} holds no private key", EXIT_USAGE)
    return Node(web3, chain_id, signer)
