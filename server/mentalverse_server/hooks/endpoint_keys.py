"""The private keys of endpoints: one small file each, in the data folder.

Not in `server-keys.json`, which is read at the start alone: an endpoint is added beside
the running server, and what is sent to it next is signed by its key.

| File | Holds |
|---|---|
| `hook-keys/NAME` | what signs (`whsk_`, `whsec_`), named by the endpoint's row |
| `hook-keys/ID.names` | what an endpoint's pseudonyms are made with; never changed |
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from ..errors import StartupError
from ..owner_files import read_file, write_file
from .signing import SigningKey, new_private_key, read_signing_key

FOLDER = "hook-keys"
NAME_KEY_BYTES = 32
_NAME = re.compile(r"[0-9a-z-]{1,64}")


class EndpointKeys:
    """Reads and makes them. Raises `StartupError` for a file that will not do."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        self._names: dict[str, bytes] = {}
        self._making = Lock()
        """Several events of an endpoint are rendered at once: one makes its key."""

    def make(self, name: str, rng: Callable[[int], bytes]) -> SigningKey:
        """A fresh Ed25519 key of this name."""
        return self.put(name, new_private_key(rng))

    def put(self, name: str, key: SigningKey) -> SigningKey:
        """Store a key, on the disk when this returns."""
        write_file(self._path(name), key.text.encode())
        return key

    def get(self, name: str) -> SigningKey:
        """The key of this name, as it is on the disk now."""
        try:
            return read_signing_key(read_file(self._path(name)).decode())
        except ValueError as error:
            raise StartupError(f"{self._path(name)}: {error}") from None

    def forget(self, name: str) -> None:
        """Delete a key; one that is not there is fine."""
        self._path(name).unlink(missing_ok=True)

    def names_key(self, endpoint: str, rng: Callable[[int], bytes]) -> bytes:
        """What the pseudonyms of an endpoint are made with, made at the first use."""
        with self._making:
            known = self._names.get(endpoint)
            if known is None:
                known = self._names[endpoint] = self._names_key(endpoint, rng)
        return known

    def _names_key(self, endpoint: str, rng: Callable[[int], bytes]) -> bytes:
        path = self._path(endpoint).with_suffix(".names")
        if not path.exists():
            write_file(path, rng(NAME_KEY_BYTES))
        key = read_file(path)
        if len(key) != NAME_KEY_BYTES:
            raise StartupError(f"{path} is damaged")
        return key

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise StartupError("a key of a hook is named in a-z, 0-9 and -")
        return self._folder / name
