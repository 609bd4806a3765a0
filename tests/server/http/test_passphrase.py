"""The passphrase over real HTTP: what proves it, and what nobody learns from it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mentalverse_server import roster
from mentalverse_server.http.passphrase import GUESSES
from mentalverse_signaling.envelope import unwrap
from mentalverse_signaling.errors import NotFound, RateLimited, Unauthorised
from mentalverse_signaling.passphrase_api import (
    PASSPHRASE_MEMORY_KIBIBYTES,
    PASSPHRASE_PASSES,
    PassphraseBegin,
    PassphraseParams,
    PassphraseProof,
    PassphraseSet,
)
from mentalverse_signaling.recovery_api import BACKUP_COUNTER, BACKUP_LOOKUP
from support.account_api import Api, Caller

SALT, AUTH = b"s" * 16, b"a" * 32
ENVELOPE = b"a sealed backup"


@pytest.fixture
async def ada(api: Api) -> Caller:
    """Somebody with a passphrase and a backup."""
    ada = await api.newcomer("ada")
    await _set(api, ada, PassphraseSet(SALT, AUTH))
    async with api.http.put(
        f"{api.server.url}/api/v1/backup",
        data=ENVELOPE,
        headers={
            "Content-Type": "application/octet-stream",
            BACKUP_COUNTER: "1",
            BACKUP_LOOKUP: hashlib.sha256(b"x").hexdigest(),
            **ada.bearer,
        },
    ) as stored:
        assert stored.status == 200
    return ada


async def _asked(api: Api, method: str, path: str, body: Any, **headers: str) -> bytes:
    async with api.http.request(
        method,
        f"{api.server.url}/api/v1/passphrase{path}",
        data=msgspec.json.encode(body),
        headers={"Content-Type": "application/json", **headers},
    ) as answer:
        content = await answer.read()
        if answer.status >= 400:
            unwrap(msgspec.json.decode(content))
        return content


async def _set(api: Api, caller: Caller, body: PassphraseSet) -> None:
    await _asked(api, "PUT", "", body, **caller.bearer)


async def _params(api: Api, handle: str) -> PassphraseParams:
    body = PassphraseBegin(handle)
    return await api.call("/passphrase/begin", body, PassphraseParams)


async def _backup(api: Api, handle: str, auth: bytes) -> bytes:
    return await _asked(api, "POST", "/backup", PassphraseProof(handle, auth))


async def test_who_proves_the_passphrase_gets_the_backup(api: Api, ada: Caller) -> None:
    """With the salt it was set with, and nothing but what it derives."""
    params = await _params(api, "ada")

    assert params == PassphraseParams(
        SALT, PASSPHRASE_PASSES, PASSPHRASE_MEMORY_KIBIBYTES
    )
    assert await _backup(api, "ada", AUTH) == ENVELOPE
    with pytest.raises(Unauthorised):
        await _backup(api, "ada", b"b" * 32)


async def test_a_handle_that_nobody_has_is_answered_like_any_other(
    api: Api, ada: Caller
) -> None:
    """Stable, of the same cost, different for each, and refused in the same words."""
    await api.newcomer("ben")
    unknown = await _params(api, "nobody")
    without = await _params(api, "ben")
    real = await _params(api, "ada")

    assert unknown == await _params(api, "nobody")
    assert len({unknown.salt, without.salt, real.salt}) == 3
    assert {(p.passes, p.memory_kibibytes) for p in (unknown, without, real)} == {
        (PASSPHRASE_PASSES, PASSPHRASE_MEMORY_KIBIBYTES)
    }
    refusals = set()
    for handle in ("nobody", "ben", "ada"):
        with pytest.raises(Unauthorised) as refused:
            await _backup(api, handle, bytes(32))
        refusals.add((refused.value.code, refused.value.detail))
    assert len(refusals) == 1


async def test_attempts_for_a_handle_are_limited_and_the_limit_ends(
    api: Api, ada: Caller
) -> None:
    """From wherever they come; for others nothing changes; nobody is locked out."""
    for _ in range(int(GUESSES.burst)):
        with pytest.raises(Unauthorised):
            await _backup(api, "ada", bytes(32))
    with pytest.raises(RateLimited) as refused:
        await _backup(api, "ada", AUTH)
    with pytest.raises(Unauthorised):
        await _backup(api, "ben", bytes(32))
    assert refused.value.retry_after_ms is not None
    assert refused.value.retry_after_ms <= 60_000
    api.clock.advance(60)
    assert await _backup(api, "ada", AUTH) == ENVELOPE


async def test_a_new_passphrase_replaces_the_old_and_none_is_fine(
    api: Api, ada: Caller
) -> None:
    """What was set last counts; what was deleted proves nothing."""
    await _set(api, ada, PassphraseSet(b"t" * 16, b"n" * 32))
    with pytest.raises(Unauthorised):
        await _backup(api, "ada", AUTH)
    assert await _backup(api, "ada", b"n" * 32) == ENVELOPE
    for _ in range(2):
        await _asked(api, "DELETE", "", {}, **ada.bearer)
    with pytest.raises(Unauthorised):
        await _backup(api, "ada", b"n" * 32)


async def test_only_who_proved_it_learns_that_there_is_no_backup(api: Api) -> None:
    """The refusal before it is the one of everybody."""
    ben = await api.newcomer("ben")
    await _set(api, ben, PassphraseSet(SALT, AUTH))
    with pytest.raises(Unauthorised):
        await _backup(api, "ben", bytes(32))
    with pytest.raises(NotFound):
        await _backup(api, "ben", AUTH)


async def test_a_disabled_account_is_one_that_is_not_here(
    api: Api, ada: Caller
) -> None:
    """Neither its salt nor its backup is given."""
    roster.disable(api.server.config, "ada", api.clock)
    assert (await _params(api, "ada")).salt != SALT
    with pytest.raises(Unauthorised):
        await _backup(api, "ada", AUTH)


async def test_what_proves_a_passphrase_is_not_stored(
    api: Api, ada: Caller, tmp_path: Path
) -> None:
    """Neither in the database nor beside it."""
    stored = b"".join(
        f.read_bytes() for f in (tmp_path / "data").iterdir() if f.is_file()
    )
    assert SALT in stored
    assert AUTH not in stored
