"""Passkeys over real HTTP, with an authenticator in software."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from mentalverse_server import roster
from mentalverse_server.app import running_server
from mentalverse_server.config import load_config
from mentalverse_signaling.account_api import ServerInfo
from mentalverse_signaling.envelope import unwrap
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    QuotaExceeded,
    SignalingError,
    Unauthorised,
)
from mentalverse_signaling.passkey_api import (
    MAX_PASSKEYS,
    PasskeyOptions,
    PasskeyRegister,
    Passkeys,
    PasskeyUse,
    PasskeyView,
    Verified,
)
from mentalverse_signaling.recovery_api import BACKUP_COUNTER, BACKUP_LOOKUP
from support.account_api import Api, Caller
from support.authenticator import USER_PRESENT, Passkey, octets, text

ENVELOPE = b"a sealed backup"
JSON = "application/json"


@pytest.fixture
async def ada(api: Api) -> Caller:
    """Somebody without a passkey, who may make one."""
    caller = await api.newcomer("ada")
    await api.prove(caller)
    return caller


async def _asked(api: Api, caller: Caller | None, path: str, body: Any = None) -> Any:
    """The answer's octets; a refusal is raised."""
    headers = {} if caller is None else caller.bearer
    data = b""
    if body is not None:
        data, headers = msgspec.json.encode(body), {**headers, "Content-Type": JSON}
    url = f"{api.server.url}/api/v1/passkeys{path}"
    async with api.http.post(url, data=data, headers=headers) as answer:
        content = await answer.read()
        if answer.status >= 400:
            unwrap(msgspec.json.decode(content))
        return content


async def _options(api: Api, caller: Caller | None, path: str) -> PasskeyOptions:
    return msgspec.json.decode(await _asked(api, caller, path), type=PasskeyOptions)


async def _register(api: Api, caller: Caller, passkey: Passkey) -> PasskeyView:
    begun = await _options(api, caller, "/begin")
    made = passkey.create(begun.options)
    body = PasskeyRegister(begun.ceremony, "this phone", made)
    return msgspec.json.decode(await _asked(api, caller, "", body), type=PasskeyView)


async def _use(api: Api, passkey: Passkey) -> PasskeyUse:
    begun = await _options(api, None, "/use")
    return PasskeyUse(begun.ceremony, passkey.get(begun.options))


async def _verified(api: Api, caller: Caller, use: PasskeyUse) -> Verified:
    return msgspec.json.decode(await _asked(api, caller, "/verify", use), type=Verified)


async def _listed(api: Api, caller: Caller) -> Passkeys:
    url = f"{api.server.url}/api/v1/passkeys"
    async with api.http.get(url, headers=caller.bearer) as answer:
        return msgspec.json.decode(await answer.read(), type=Passkeys)


def _passkey(api: Api, **behaviour: Any) -> Passkey:
    return Passkey(api.server.public_url, **behaviour)


async def test_a_passkey_shows_for_five_minutes_that_the_person_is_there(
    api: Api, ada: Caller
) -> None:
    """The sign-in it is used with is marked, and no other thing is given."""
    passkey, socket = _passkey(api), await api.socket(ada.token)
    made = await _register(api, ada, passkey)
    before = (await socket.call("account.me", {}))["data"]["verified_until"]
    verified = await _verified(api, ada, await _use(api, passkey))
    after = (await socket.call("account.me", {}))["data"]["verified_until"]

    assert before is None
    assert verified.until == after
    assert after == api.clock.now().timestamp() * 1000 + 5 * 60_000
    (listed,) = (await _listed(api, ada)).passkeys
    assert (listed.passkey, listed.label) == (made.passkey, "this phone")
    assert octets(listed.passkey) == passkey.id
    assert listed.used_at is not None


async def test_a_new_browser_fetches_the_backup_by_a_passkey_alone(
    api: Api, ada: Caller
) -> None:
    """Octets of the account whose passkey it is, once one is stored."""
    passkey = _passkey(api)
    await _register(api, ada, passkey)
    with pytest.raises(NotFound):
        await _asked(api, None, "/backup", await _use(api, passkey))
    lookup = hashlib.sha256(b"x").hexdigest()
    headers = {BACKUP_COUNTER: "1", BACKUP_LOOKUP: lookup, **ada.bearer}
    await api.http.put(
        f"{api.server.url}/api/v1/backup",
        data=ENVELOPE,
        headers={"Content-Type": "application/octet-stream", **headers},
    )

    assert await _asked(api, None, "/backup", await _use(api, passkey)) == ENVELOPE


@pytest.mark.parametrize(
    "secret",
    [
        {"prf": {"results": {"first": text(bytes(32))}}},
        {"prf": {"enabled": True, "results": {"first": "AA"}}},
        {"prf": ["results"]},
        {"hmacGetSecret": {"output1": text(bytes(32))}},
        {"largeBlob": {"blob": "AA"}},
    ],
)
async def test_what_opens_the_backup_is_refused_and_nothing_is_done(
    api: Api, ada: Caller, secret: dict[str, Any]
) -> None:
    """A client that sends the PRF output is told so before anything else happens."""
    passkey = _passkey(api, extensions={"prf": {"enabled": True}})
    await _register(api, ada, passkey)
    honest = await _use(api, passkey)
    sent = replace(passkey, extensions=secret)
    begun = await _options(api, None, "/use")
    body = PasskeyUse(begun.ceremony, sent.get(begun.options))

    for path, caller in (("/backup", None), ("/verify", ada)):
        with pytest.raises(BadRequest, match="must not be sent"):
            await _asked(api, caller, path, body)
    await _verified(api, ada, honest)
    begun = await _options(api, ada, "/begin")
    made = replace(sent, id=b"another").create(begun.options)
    with pytest.raises(BadRequest, match="must not be sent"):
        await _asked(api, ada, "", PasskeyRegister(begun.ceremony, "phone", made))
    assert len((await _listed(api, ada)).passkeys) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://localhost:1"},
        {"origin": "https://localhost"},
        {"rp_id": "example.org"},
        {"flags": USER_PRESENT},
        {"flags": 0x04},
        {"user": bytes(16)},
        {"id": b"unknown"},
    ],
)
async def test_a_use_elsewhere_or_by_nobody_is_refused(
    api: Api, ada: Caller, wrong: dict[str, Any]
) -> None:
    """Exact origin, relying party, presence, verification, and whose it is."""
    passkey = _passkey(api)
    await _register(api, ada, passkey)

    with pytest.raises(Unauthorised):
        await _verified(api, ada, await _use(api, replace(passkey, **wrong)))


@pytest.mark.parametrize(
    "wrong", [{"origin": "http://evil.test"}, {"rp_id": "evil.test"}, {"flags": 0x01}]
)
async def test_a_passkey_that_was_made_elsewhere_is_not_kept(
    api: Api, ada: Caller, wrong: dict[str, Any]
) -> None:
    """The same rules when it is made; and the ceremony is spent by the attempt."""
    begun = await _options(api, ada, "/begin")
    made = replace(_passkey(api), **wrong).create(begun.options)
    with pytest.raises(Unauthorised):
        await _asked(api, ada, "", PasskeyRegister(begun.ceremony, "phone", made))
    made = _passkey(api).create(begun.options)
    with pytest.raises(Unauthorised):
        await _asked(api, ada, "", PasskeyRegister(begun.ceremony, "phone", made))
    assert (await _listed(api, ada)).passkeys == ()


async def test_a_ceremony_is_used_once_by_whom_it_is_for_and_in_time(
    api: Api, ada: Caller
) -> None:
    """Single use, five minutes, and no ceremony of another kind or account."""
    ben, passkey = await api.newcomer("ben"), _passkey(api)
    await _register(api, ada, passkey)
    use = await _use(api, passkey)
    await _verified(api, ada, use)
    with pytest.raises(Unauthorised):
        await _verified(api, ada, use)
    late = await _use(api, passkey)
    await api.prove(ben)
    begun = await _options(api, ada, "/begin")
    made = _passkey(api).create(begun.options)
    with pytest.raises(Unauthorised):
        await _asked(api, ben, "", PasskeyRegister(begun.ceremony, "phone", made))
    making = await _options(api, ada, "/begin")
    with pytest.raises(Unauthorised):
        use = PasskeyUse(making.ceremony, passkey.get(making.options))
        await _verified(api, ada, use)
    api.clock.advance(5 * 60)
    with pytest.raises(Unauthorised):
        await _verified(api, ada, late)


async def test_a_counter_that_does_not_rise_shows_a_copy(api: Api, ada: Caller) -> None:
    """Refused; an authenticator that does not count is taken as often as it likes."""
    counting = _passkey(api)
    silent = _passkey(api, counts=False)
    await _register(api, ada, silent)
    await _verified(api, ada, await _use(api, silent))
    await _register(api, ada, counting)
    for _ in range(2):
        await _verified(api, ada, await _use(api, counting))
        await _verified(api, ada, await _use(api, silent))
    copy = replace(counting, sign_count=1)
    with pytest.raises(Unauthorised):
        await _verified(api, ada, await _use(api, copy))


async def test_of_two_uses_with_one_counter_one_is_refused(
    api: Api, ada: Caller
) -> None:
    """Also when they come at the same moment."""
    passkey = _passkey(api)
    await _register(api, ada, passkey)
    first = await _use(api, passkey)
    second = await _use(api, replace(passkey, sign_count=0))
    ends = await asyncio.gather(
        *(_verified(api, ada, use) for use in (first, second)), return_exceptions=True
    )

    assert sum(isinstance(end, Verified) for end in ends) == 1
    assert sum(isinstance(end, Unauthorised | Conflict) for end in ends) == 1


async def test_a_passkey_serves_its_own_account_only(api: Api, ada: Caller) -> None:
    """Nobody's sign-in is verified, listed or deleted by another's passkey."""
    ben, passkey = await api.newcomer("ben"), _passkey(api)
    made = await _register(api, ada, passkey)
    with pytest.raises(Forbidden):
        await _verified(api, ben, await _use(api, passkey))
    assert (await _listed(api, ben)).passkeys == ()
    url = f"{api.server.url}/api/v1/passkeys/{made.passkey}"
    await api.prove(ben)
    await _verified(api, ada, await _use(api, passkey))
    async with api.http.delete(url, headers=ben.bearer) as answer:
        assert answer.status == 404
    async with api.http.delete(url, headers=ada.bearer) as answer:
        assert answer.status == 200
    with pytest.raises(Unauthorised):
        await _verified(api, ada, await _use(api, passkey))


async def test_an_account_has_four_passkeys_at_most_and_none_twice(
    api: Api, ada: Caller
) -> None:
    """The fifth is refused before the person is asked to touch anything."""
    first = _passkey(api)
    await _register(api, ada, first)
    await _verified(api, ada, await _use(api, first))
    begun = await _options(api, ada, "/begin")
    assert text(first.id) in begun.options
    with pytest.raises(Conflict):
        await _register(api, ada, first)
    for _ in range(MAX_PASSKEYS - 1):
        await _register(api, ada, _passkey(api))
    with pytest.raises(QuotaExceeded):
        await _options(api, ada, "/begin")


async def test_a_disabled_account_is_not_reached_by_its_passkey(
    api: Api, ada: Caller
) -> None:
    """Not even its backup, until it is enabled."""
    passkey = _passkey(api)
    await _register(api, ada, passkey)
    roster.disable(api.server.config, "ada", api.clock)
    with pytest.raises(Forbidden):
        await _asked(api, None, "/backup", await _use(api, passkey))


@pytest.mark.parametrize(
    "credential", ["{}", "[]", "x", '{"id": 1}', '{"id": "AA", "response": []}']
)
async def test_what_is_no_credential_is_said_to_be_none(
    api: Api, ada: Caller, credential: str
) -> None:
    """A clear refusal, and the server goes on."""
    begun = await _options(api, None, "/use")
    body = {"ceremony": begun.ceremony, "credential": credential}
    with pytest.raises(SignalingError) as refused:
        await _asked(api, ada, "/verify", body)
    assert refused.value.code == "bad_request"


@pytest.mark.parametrize(
    ("public_url", "party"),
    [
        ("http://127.0.0.1:8080", ""),
        ("https://192.0.2.7", ""),
        ("https://[2001:db8::1]", ""),
        ("http://talk.example.org", ""),
        ("https://talk.example.org", "talk.example.org"),
        ("https://talk.example.org:8443", "talk.example.org"),
        ("", "localhost"),
    ],
)
async def test_the_server_says_whether_it_has_passkeys(
    tmp_path: Path, public_url: str, party: str
) -> None:
    """An address that is no name, or has no TLS, has none; it says so beforehand."""
    flags = {
        "server.port": 0,
        "metrics.port": 0,
        "server.data_dir": tmp_path / "data",
        "server.public_url": public_url,
    }
    async with (
        running_server(load_config(None, {}, flags).config) as server,
        aiohttp.ClientSession() as http,
    ):
        async with http.get(f"{server.url}/api/v1/server") as answer:
            info = msgspec.json.decode(await answer.read(), type=ServerInfo)
        async with http.post(f"{server.url}/api/v1/passkeys/use") as answer:
            assert answer.status == (200 if party else 404)
    assert info.passkey_rp == party
