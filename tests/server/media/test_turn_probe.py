"""A relay is asked what it refuses: ours refuses it all, and any gap is found."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from mentalverse_server.config_sections import TurnSection
from mentalverse_server.media.turn_client import Family, TurnRefused, turn_client
from mentalverse_server.media.turn_config import RelayHost, render
from mentalverse_server.media.turn_probe import Result, probe
from mentalverse_signaling.calls.ice import Credential, Relay, credential
from mentalverse_signaling.calls.relay_ranges import (
    DENIED,
    DENIED_V4,
    DENIED_V6,
    Address,
    DeniedRange,
    Network,
    mapped,
)
from support.certificates import make_certificate
from support.coturn import BARE, REALM, SECRET, Coturn, running_coturn

OLDER = "0d" * 32
SETTINGS = TurnSection(urls=("turn:localhost:3478",), realm=REALM)
OURS = render(SETTINGS, (SECRET, OLDER), RelayHost())
GUARDED_TWICE = {
    *("0.0.0.0/8", "127.0.0.0/8", "::1/128"),
    *("224.0.0.0/4", "240.0.0.0/4", "ff00::/8"),
}
"""Ranges that coturn or another line of ours refuses as well."""
pytestmark = pytest.mark.capability("C04")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with running_coturn(tmp_path_factory.mktemp("ours"), OURS) as relay:
        yield relay


def _now_ms() -> int:
    return int(time.time() * 1000)


def _good(name: str = "ada", secret: str = SECRET) -> Credential:
    return credential(secret, name, _now_ms())


def _failing(results: list[Result]) -> dict[str, Result]:
    return {result.subject: result for result in results if not result.ok}


async def test_ours_carries_calls_and_nothing_else(ours: Coturn) -> None:
    results = await probe(ours.relay(SECRET, OLDER), _now_ms())

    assert _failing(results) == {}
    assert [result.subject for result in results] == [
        ours.url("udp").text,
        ours.url("tcp").text,
        "special addresses from IPv4",
        "special addresses from IPv6",
        "the newest secret",
        "the secret before it",
        "no credential",
        "a made-up credential",
        "an expired credential",
        "a name with the password of another",
        "relaying TCP",
        "allocations of one name",
    ]
    texts = " ".join(result.text for result in results)
    assert "47 refused; a public one is granted" in texts
    assert "12, and no more (486" in texts


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("family", list(Family), ids=lambda family: family.name)
async def test_no_address_of_any_range_is_relayed_to(
    ours: Coturn, family: Family, transport: str
) -> None:
    """Addresses from everywhere in the ranges, and each IPv4 one in its mapped form."""
    rng = random.Random(f"{family}{transport}")
    v4 = [rng.choice(DENIED_V4).network for _ in range(300)]
    v6 = [rng.choice(DENIED_V6).network for _ in range(300)]
    wanted = [_any_of(block, rng) for block in v4]
    if family is Family.IPV6:
        wanted = [mapped(a) for a in wanted if isinstance(a, IPv4Address)]
        wanted += [_any_of(block, rng) for block in v6]

    relayed_to = []
    async with turn_client(ours.url(transport), _good()) as client:
        await client.allocate(family)
        for address in wanted:
            try:
                await client.permit(address)
            except TurnRefused as error:
                assert error.code == 403
            else:
                relayed_to.append(str(address))
    assert relayed_to == []


async def test_the_programs_own_defaults_are_found_to_be_open(tmp_path: Path) -> None:
    with running_coturn(tmp_path, BARE) as bare:
        found = _failing(await probe(bare.relay(), _now_ms()))

    assert list(found) == [
        "special addresses from IPv4",
        "special addresses from IPv6",
        "relaying TCP",
        "allocations of one name",
    ]
    assert "10.0.0.0 (private use)" in found["special addresses from IPv4"].text
    assert "::ffff:" in found["special addresses from IPv6"].text
    assert all("mentalverse turn config" in each.advice for each in found.values())


@pytest.mark.parametrize(
    "missing",
    [each for each in DENIED if str(each.network) not in GUARDED_TWICE],
    ids=lambda each: str(each.network),
)
async def test_one_range_that_is_missing_is_found_and_named(
    tmp_path: Path, missing: DeniedRange
) -> None:
    left_out = {f"denied-peer-ip={text}" for text in missing.first_last()}
    settings = "\n".join(line for line in OURS.splitlines() if line not in left_out)

    with running_coturn(tmp_path, settings) as relay:
        found = _failing(await probe(relay.relay(), _now_ms()))

    assert [missing.name in result.text for result in found.values()] == [True], found


async def test_a_relay_that_refuses_everything_is_no_relay(tmp_path: Path) -> None:
    """`::-::ffff:ffff` does it: coturn reads `::` as any address."""
    with running_coturn(tmp_path, f"{OURS}denied-peer-ip=::-::ffff:ffff\n") as relay:
        found = _failing(await probe(relay.relay(), _now_ms()))

    assert list(found) == ["special addresses from IPv4"]
    assert "carries no call" in found["special addresses from IPv4"].text


async def test_an_engine_on_a_private_address_can_be_let_through(
    tmp_path: Path,
) -> None:
    (engine,) = [each for each in DENIED_V4 if each.name == "shared address space"]
    host = RelayHost(allowed_peers=(engine.network[7],))

    with running_coturn(tmp_path, render(SETTINGS, (SECRET,), host)) as relay:
        async with turn_client(relay.url(), _good()) as client:
            await client.allocate()
            await client.permit(engine.network[7])
            with pytest.raises(TurnRefused, match="403"):
                await client.permit(engine.network[8])


async def test_another_secret_is_said_to_be_one(ours: Coturn) -> None:
    results = await probe(ours.relay("e5" * 32), _now_ms())

    assert [result.ok for result in results] == [False, False]
    assert "401" in results[0].text
    assert "another secret or realm" in results[0].advice


async def test_a_relay_that_has_forgotten_the_older_secret_is_found(
    tmp_path: Path,
) -> None:
    with running_coturn(tmp_path, render(SETTINGS, (SECRET,), RelayHost())) as relay:
        found = _failing(await probe(relay.relay(SECRET, OLDER), _now_ms()))

    assert list(found) == ["the secret before it"]


@pytest.mark.parametrize(
    "shown",
    [
        None,
        credential("another secret", "ada", _now_ms()),
        credential(SECRET, "ada", _now_ms() - 601_000),
        Credential(_good("ben").username, _good("ada").password, 0),
        Credential("ada", _good().password, 0),
        Credential(f"{2**63}:ada", _good().password, 0),
    ],
    ids=["none", "made up", "expired", "of another", "no time", "never ends"],
)
async def test_a_credential_that_is_not_good_gets_nothing(
    ours: Coturn, shown: Credential | None
) -> None:
    async with turn_client(ours.url(), shown) as client:
        for family in Family:
            with pytest.raises(TurnRefused, match="401"):
                await client.allocate(family)


async def test_a_good_credential_does_not_touch_the_allocation_of_another(
    ours: Coturn,
) -> None:
    async with turn_client(ours.url(), _good("ada")) as client:
        await client.allocate()

        client.credential = _good("ben")
        with pytest.raises(TurnRefused, match="441"):
            await client.refresh(0)

        client.credential = _good("ada")


async def test_one_name_holds_twelve_allocations_until_it_gives_one_back(
    ours: Coturn,
) -> None:
    name = _good("frequent")
    async with AsyncExitStack() as held:
        for number in range(12):
            transport = ("udp", "tcp")[number % 2]
            client = await held.enter_async_context(
                turn_client(ours.url(transport), name)
            )
            await client.allocate(list(Family)[number % 3 == 0])
        with pytest.raises(TurnRefused, match="486"):
            await _allocated_once(ours, name)
        await _allocated_once(ours, _good("somebody-else"))

        await client.give_back()
        # coturn counts it for a second more.
        async with asyncio.timeout(10):
            while not await _is_granted(ours, name):  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def test_without_ipv6_there_is_nothing_of_it_to_reach(tmp_path: Path) -> None:
    with running_coturn(tmp_path, OURS, ipv6=False) as relay:
        results = await probe(relay.relay(), _now_ms())

    assert _failing(results) == {}
    assert "none can be reached: it has no such side" in [r.text for r in results]


async def test_tls_is_asked_with_certificates(tmp_path: Path) -> None:
    chain, key = make_certificate(tmp_path, "localhost")
    secured = TurnSection(urls=("turns:localhost:5349",), realm=REALM)
    settings = render(secured, (SECRET,), RelayHost(chain, key))

    with running_coturn(tmp_path / "relay", settings, has_tls=True) as coturn:
        relay = Relay((f"turns:localhost:{coturn.tls_port}?transport=tcp",), (SECRET,))
        trusted = ssl.create_default_context(cafile=str(chain))
        results = await probe(relay, _now_ms(), trusted)
        (unknown,) = await probe(relay, _now_ms())

    assert _failing(results) == {}
    assert len(results) > 1
    assert not unknown.ok
    assert "certificate" in unknown.text


def _any_of(block: Network, rng: random.Random) -> Address:
    return block[rng.randrange(block.num_addresses)]


async def _allocated_once(relay: Coturn, name: Credential) -> None:
    async with turn_client(relay.url(), name) as client:
        await client.allocate()


async def _is_granted(relay: Coturn, name: Credential) -> bool:
    try:
        await _allocated_once(relay, name)
    except TurnRefused:
        return False
    return True
