"""Writes the JSON Schemas anew: `python -m mentalverse_server.hooks.catalogue`."""

from __future__ import annotations

from .schemas import FOLDER, written


def main() -> None:
    """Every schema, and no other file."""
    FOLDER.mkdir(exist_ok=True)
    wanted = written()
    for old in {each.name for each in FOLDER.iterdir()} - set(wanted):
        (FOLDER / old).unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_bytes(text)


if __name__ == "__main__":
    main()
