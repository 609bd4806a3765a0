"""The settings of `mentalverse chain`; the server reads none of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from .config_sections import Section

Address = Annotated[str, Field(pattern="^(0x[0-9a-fA-F]{40})?$")]


class ChainSection(Section):
    """Contracts that hold roots and pay tokens. The server itself never uses them."""

    rpc_url_file: Path | None = None
    """File (mode 0400) with the address of a node (JSON-RPC), which may hold a key."""
    chain_id: Annotated[int, Field(ge=0)] = 0
    """The one network that is talked to (EIP-155); 0: any of those for tests."""
    registry: Address = ""
    """Address of the contract with the roots (`mentalverse chain deploy registry`)."""
    settlement: Address = ""
    """Address of the contract that pays (`mentalverse chain deploy settlement`)."""
    key_file: Path | None = None
    """File (mode 0400) with a private key (hex); unset: calls are only printed."""
