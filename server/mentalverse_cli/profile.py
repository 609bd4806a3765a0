"""What the commands about a profile share: its folder, a connection, plain errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .settings import fail

if TYPE_CHECKING:
    from mentalverse_client import Client

CONNECT_SECONDS = 20.0

ProfileFolder = Annotated[
    Path, typer.Option("--profile", help="Folder of this device's keys and history.")
]


@asynccontextmanager
async def connected(profile: Path, passphrase: str) -> AsyncIterator[Client]:
    """The client of a profile with a connection, else `NotConnected`."""
    from mentalverse_client import Client, NotConnected

    async with Client.open(profile, passphrase=passphrase) as client:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await client.connected()
        except TimeoutError:
            raise NotConnected("the server cannot be reached") from None
        yield client


@contextmanager
def one_line() -> Iterator[None]:
    """Turn what somebody can put right into one line."""
    from mentalverse_client import ClientError
    from mentalverse_crypto.errors import MlsError
    from mentalverse_crypto.storage_errors import WordsError
    from mentalverse_signaling.errors import SignalingError

    from .backup_view import explain

    try:
        yield
    except (ClientError, SignalingError, WordsError) as error:
        fail(explain(error))
    except MlsError as error:
        fail(f"{error} ({error.code})")
    except FileExistsError as error:
        fail(explain(error))
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
