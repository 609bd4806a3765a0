"""What any HTTP caller meets: headers, bounds, codes, health, metrics."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request

from mentalverse_server import errors as server_errors
from mentalverse_server.app import running_server
from mentalverse_server.config import Config
from mentalverse_server.errors import StartupError
from mentalverse_server.http.health import Readiness
from mentalverse_server.http.security import client_address
from mentalverse_server.throttle import MAX_REMEMBERED, Throttle
from mentalverse_signaling.account_api import Challenge
from mentalverse_signaling.errors import (
    ERRORS_BY_CODE,
    Overloaded,
    RateLimited,
    Unavailable,
)
from mentalverse_signaling.quota import Rate
from support.account_api import Api
from support.clock import ManualClock

REDEEM = "/api/v1/invites/redeem"


def test_every_wire_code_has_an_http_status() -> None:
    assert set(server_errors.HTTP_STATUS) == set(ERRORS_BY_CODE.values())


@pytest.mark.parametrize("path", ["/", "/readyz", "/api/v1/server", "/nope", REDEEM])
async def test_every_answer_carries_the_protective_headers(api: Api, path: str) -> None:
    async with api.http.get(api.server.url + path) as response:
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert "Server" not in response.headers


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"{", {}, "bad_request"),
        (b"[" * 10_000, {}, "bad_request"),
        (b'{"code": NaN}', {}, "bad_request"),
        (b"\xff\xfe", {}, "bad_request"),
        (b"{}", {}, "bad_request"),
        (b"{}", {"Content-Type": "text/plain"}, "bad_request"),
        (gzip.compress(b"0" * 10**6), {"Content-Encoding": "gzip"}, "bad_request"),
        (b" " * 20_000, {}, "too_large"),
    ],
)
async def test_a_bad_body_is_refused_with_a_code_and_no_echo(
    api: Api, body: bytes, headers: dict[str, str], code: str
) -> None:
    headers = {"Content-Type": "application/json"} | headers
    async with api.http.post(
        api.server.url + REDEEM, data=body, headers=headers
    ) as response:
        answer = await response.json()

    assert answer["error"]["code"] == code
    assert set(answer["error"]) == {"code", "detail", "retry_after_ms"}


@pytest.mark.parametrize(
    ("wrap", "headers"),
    [
        (bytes, {"Content-Type": "text/plain"}),
        (bytes, {"Content-Type": "application/x-www-form-urlencoded"}),
        (gzip.compress, {"Content-Encoding": "gzip"}),
    ],
)
async def test_a_good_body_in_a_wrong_wrapping_is_refused_before_it_is_read(
    api: Api, wrap: Callable[[bytes], bytes], headers: dict[str, str]
) -> None:
    headers = {"Content-Type": "application/json"} | headers
    async with api.http.post(
        f"{api.server.url}/api/v1/sign-in/challenge",
        data=wrap(b'{"device": "' + b"0" * 32 + b'"}'),
        headers=headers,
    ) as response:
        answer = await response.json()

    assert response.status == 400
    assert "schema" not in answer["error"]["detail"]


async def test_no_token_is_401_and_names_the_scheme(api: Api) -> None:
    async with api.http.post(f"{api.server.url}/api/v1/sign-out") as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_attempts_from_one_address_are_limited(api: Api) -> None:
    attempts = int(api.server.config.accounts.attempts_per_minute)
    body = {"device": "0" * 32}
    for _ in range(attempts):
        await api.call("/sign-in/challenge", body, Challenge)

    with pytest.raises(RateLimited) as refused:
        await api.call("/sign-in/challenge", body, Challenge)
    assert refused.value.retry_after_ms == 1000

    api.clock.advance(1)
    await api.call("/sign-in/challenge", body, Challenge)


def test_the_throttle_forgets_the_oldest_address_first() -> None:
    throttle: Throttle[str] = Throttle(Rate(0.001, burst=1), ManualClock())
    throttle.check("first")
    for n in range(MAX_REMEMBERED - 1):
        throttle.check(str(n))
    with pytest.raises(RateLimited):
        throttle.check("first")
    throttle.check("one more")
    throttle.check("0")


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        ([], "1.1.1.1", "10.0.0.9"),
        (["10.0.0.0/8"], "1.1.1.1", "1.1.1.1"),
        (["10.0.0.0/8"], "9.9.9.9, 1.1.1.1", "1.1.1.1"),
        (["10.0.0.0/8"], "9.9.9.9, 1.1.1.1, 10.0.0.3", "1.1.1.1"),
        (["10.0.0.0/8"], "", "10.0.0.9"),
        (["10.0.0.0/8"], "10.0.0.7", "10.0.0.7"),
    ],
)
def test_an_address_is_believed_only_from_a_trusted_proxy(
    trusted: list[str],
    forwarded: str,
    expected: str,
    peer_of: Callable[[str], object],
) -> None:
    import ipaddress

    request = make_mocked_request(
        "GET",
        "/",
        headers={"X-Forwarded-For": forwarded} if forwarded else {},
        transport=peer_of("10.0.0.9"),
    )

    networks = [ipaddress.ip_network(network) for network in trusted]
    assert client_address(request, networks) == expected


@pytest.fixture
def peer_of() -> Callable[[str], object]:
    class Peer(asyncio.Transport):
        def __init__(self, address: str) -> None:
            super().__init__({"peername": (address, 1)})

    return Peer


async def test_ready_means_every_check_passes_and_no_drain() -> None:
    clock, down = ManualClock(), False

    async def check() -> None:
        if down:
            raise Unavailable("down")

    readiness = Readiness({"database": check}, clock)
    assert await readiness.failures() == []
    down = True
    clock.advance(1)
    assert await readiness.failures() == ["database"]
    down = False
    clock.advance(1)
    readiness.draining = True
    assert await readiness.failures() == ["draining"]


async def test_busy_is_not_down() -> None:
    async def check() -> None:
        raise Overloaded("the queue is full")

    assert await Readiness({"writer": check}, ManualClock()).failures() == []


async def test_draining_is_seen_by_readiness_and_not_by_liveness(api: Api) -> None:
    assert (await api.get("/readyz"))[0] == 200
    await api.server.drain()

    assert await api.get("/readyz") == (
        503,
        {"ready": False, "waiting_for": ["draining"], "media": "idle"},
    )
    assert (await api.get("/healthz"))[0] == 200


async def test_metrics_are_apart_from_the_public_port_and_name_nobody(
    api: Api,
) -> None:
    await api.get("/nope-with-a-secret-path")
    assert (await api.get("/metrics"))[0] == 404
    assert api.server.metrics_url is not None

    async with api.http.get(f"{api.server.metrics_url}/metrics") as response:
        text = await response.text()

    assert 'mentalverse_http_requests_total{route="none",status="404"}' in text
    assert "mentalverse_writer_alive 1.0" in text
    assert "secret-path" not in text


async def test_a_port_in_use_is_told_in_one_line(api: Api, tmp_path: Path) -> None:
    taken = int(api.server.url.rsplit(":", 1)[1])
    section = api.server.config.server
    config = api.server.config.model_copy(
        update={
            "server": section.model_copy(
                update={"port": taken, "data_dir": tmp_path / "second"}
            )
        }
    )

    with pytest.raises(StartupError, match=f"port {taken}: Address already in use"):
        async with running_server(config):
            pass


async def test_a_second_server_on_the_same_data_is_refused(
    api: Api, config: Config
) -> None:
    with pytest.raises(StartupError, match="another server"):
        async with running_server(config):
            pass


async def test_nothing_is_left_when_a_server_has_closed(config: Config) -> None:
    before = asyncio.all_tasks()
    async with running_server(config) as server:
        url = server.url
        async with aiohttp.ClientSession() as http, http.get(f"{url}/healthz"):
            pass

    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get(f"{url}/healthz")
