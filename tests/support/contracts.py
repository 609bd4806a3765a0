"""The contracts compiled, and a chain in memory to try them on.

python -m support.contracts     writes what is checked in
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

import mentalverse_modules.chain

FOLDER = Path(mentalverse_modules.chain.__file__).parent / "contracts"
NAMES = ("registry", "settlement")


def compiled(name: str) -> bytes:
    """The file of a contract, made of its source."""
    import vyper  # type: ignore[import-untyped]
    from vyper.compiler import compile_code  # type: ignore[import-untyped]

    source = (FOLDER / f"{name}.vy").read_text(encoding="utf-8")
    formats = ["abi", "bytecode"]
    made = compile_code(source, output_formats=formats, no_bytecode_metadata=True)
    document = {
        "compiler": f"vyper {vyper.__version__}",
        "source": hashlib.sha256(source.encode()).hexdigest(),
        "bytecode": made["bytecode"].removeprefix("0x"),
        "abi": made["abi"],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


if __name__ == "__main__":
    for each in NAMES:
        (FOLDER / f"{each}.json").write_bytes(compiled(each))
