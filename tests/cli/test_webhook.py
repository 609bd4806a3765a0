"""Who is told of events, by the command line beside the server."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import insert
from standardwebhooks.webhooks import Webhook
from typer.testing import CliRunner, Result

from mentalverse_cli.__main__ import app
from mentalverse_server.clock import SystemClock, to_millis
from mentalverse_server.config import Config, load_config
from mentalverse_server.doctor import examine
from mentalverse_server.hooks.endpoint_keys import EndpointKeys
from mentalverse_server.hooks.signing import read_verifying_key
from mentalverse_server.operator import beside_the_server
from mentalverse_server.store import endpoints, outbox
from mentalverse_server.store.deliveries import fan_out
from mentalverse_server.store.endpoints import EndpointRow
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.outbox import Outgoing
from mentalverse_server.store.tables_consents import erasure_notices
from mentalverse_server.store.transaction import Transaction
from support.clock import ManualClock

Seen = tuple[web.Request, bytes]
URL = "https://pay.example.org/hook"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data is in the working folder."""
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(
        app, ["webhook", *arguments], env=environment, terminal_width=200
    )


def added(*options: str, url: str = URL, **environment: str) -> tuple[str, str]:
    """Id and what verifies."""
    made = run("add", url, "--purpose", "reward", *options, **environment)
    assert made.exit_code == 0, made.output
    first, key = made.stdout.splitlines()
    return first.split()[0], key


def config() -> Config:
    return load_config(None, {}).config


def test_who_owes_a_word_that_somebody_is_forgotten_is_shown() -> None:
    assert run("unforgotten").stdout.startswith("Nobody")
    id_, _ = added()
    (row,) = stored()
    since_ms = to_millis(SystemClock().now()) - 8 * 86_400_000
    values = {"endpoint": row.id, "name": "A" * 26}
    query = insert(erasure_notices).values(
        **values, since_ms=since_ms, told_ms=since_ms
    )
    with beside_the_server(config()) as database:
        database.write(lambda connection: connection.execute(query))
    said = run("unforgotten").stdout
    assert row.id in said and row.id.startswith(id_)
    found = {each.subject: each for each in examine(config())}["erasures"]
    assert not found.ok and "webhook unforgotten" in found.text


def stored() -> list[EndpointRow]:
    with beside_the_server(config()) as database:
        return database.write(endpoints.every)


def happened(*types: str) -> None:
    """Events of one shift, and their deliveries."""
    now = ManualClock().now()

    def write(connection: Connection) -> None:
        for number, name in enumerate(types):
            event = Outgoing(
                bytes([number]) * 16, name, "shift:x", {"minutes": 1}, 1, 1_000
            )
            outbox.add(Transaction(connection, now), event)
        fan_out(connection, 10, 2_000, lambda to, event: event.occurred_at_ms)

    with beside_the_server(config()) as database:
        database.write(write)


def test_an_endpoint_is_added_with_a_key_of_its_own() -> None:
    """The private half is in a file for the server alone, and is printed nowhere."""
    endpoint, key = added("--type", "duty.*", "--max-tier", "1")
    other, another = added(url="https://b.example.org/in")
    assert key.startswith("whpk_")
    assert key != another
    (row, _) = stored()
    assert (row.id, row.url, row.types) == (endpoint, URL, ("duty.*",))
    keys = EndpointKeys(config().server.data_dir)
    private = keys.get(row.signing_key)
    assert read_verifying_key(key) == getattr(private, "public", None)
    listing = run("list").stdout + run("list", "--json").stdout
    assert private.text not in listing
    assert endpoint[:8] in listing
    assert [each["id"] for each in json.loads(run("list", "--json").stdout)] == [
        endpoint,
        other,
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("http://pay.example.org/x", "--purpose", "reward"), "https://"),
        (("https://127.0.0.1/x", "--purpose", "reward"), "public DNS"),
        (("https://[::1]/x", "--purpose", "reward"), "public DNS"),
        ((URL, "--purpose", "marketing"), "a purpose is one of: reward,"),
        ((URL, "--purpose", "paging"), "crisis.on_call"),
        ((URL, "--purpose", "reward", "--type", "duty.noticed"), "no event"),
        ((URL, "--purpose", "reward", "--max-tier", "3"), "0, 1 or 2"),
    ],
)
def test_what_cannot_be_an_endpoint_is_one_line(
    arguments: tuple[str, ...], says: str
) -> None:
    refused = run("add", *arguments)
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1
    assert says in refused.stderr


def test_a_command_names_one_endpoint() -> None:
    endpoint, _ = added()
    assert run("disable", endpoint[:6]).stdout == "Disabled; 0 given up.\n"
    assert run("disable", "zzzz").exit_code == 2
    assert run("disable", endpoint[:3]).exit_code == 2
    assert "disabled:operator" in run("list").stdout
    assert run("enable", endpoint).exit_code == 0
    assert "disabled" not in run("list").stdout


def test_what_is_given_up_is_shown_and_sent_again() -> None:
    """Disabling gives up what waits; a replay is of what the operator names."""
    endpoint, _ = added("--type", "duty.*")
    happened("duty.started", "duty.ended")
    assert json.loads(run("list", "--json").stdout)[0]["counts"] == {"waiting": 2}
    assert run("disable", endpoint).stdout == "Disabled; 2 given up.\n"
    shown = run("dead", endpoint).stdout
    assert shown.count("operator") == 2
    assert "1970-01-01T00:00:01Z" in shown
    assert (bytes([1]) * 16).hex() in shown
    refused = run("replay", endpoint, "--type", "duty.ended")
    assert (refused.exit_code, "enable it" in refused.stderr) == (2, True)
    run("enable", endpoint)
    assert run("replay", endpoint).exit_code == 2
    assert run("replay", endpoint, "--event", "x").exit_code == 2
    assert run("replay", endpoint, "--since", "soon").exit_code == 2
    event = (bytes([0]) * 16).hex()
    assert run("replay", endpoint, "--event", event).stdout == "1 queued.\n"
    since = ("--since", "1970-01-01T00:00:02")
    assert run("replay", endpoint, *since).stdout == "0 queued.\n"
    assert run("replay", endpoint, "--key", "shift:x").stdout == "1 queued.\n"


def test_events_are_listed_with_their_tiers() -> None:
    assert "crisis.opened" in run("types").stdout
    assert json.loads(run("types", "--json").stdout)["duty.ended"]["tier"] == 1


@asynccontextmanager
async def receiver(seen: list[Seen], status: int) -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        seen.append((request, await request.read()))
        return web.Response(status=status)

    runner = web.AppRunner(web.Application(), shutdown_timeout=1)
    runner.app.router.add_post("/in", answer)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_test_is_signed_with_both_keys_of_a_rotation() -> None:
    """A receiver that holds the old key and one that holds the new one take it."""
    seen: list[Seen] = []
    async with receiver(seen, 204) as where:
        allowed = {"MENTALVERSE_HOOKS__ALLOW_PRIVATE": f'["{where}"]'}
        url = f"http://{where}/in"
        endpoint, old = await asyncio.to_thread(added, url=url, **allowed)
        rotated = await asyncio.to_thread(run, "rotate", endpoint)
        new = rotated.stdout.splitlines()[1]
        went = await asyncio.to_thread(run, "test", endpoint, **allowed)
        assert went.stdout == "It answered 204.\n"
        closed = await asyncio.to_thread(run, "test", endpoint)
        # The settings name its host no more.
        assert closed.stderr == "mentalverse: it was not reached: refused\n"
        assert (closed.exit_code, closed.stdout) == (3, "")
    ((request, body),) = seen
    message, seconds, signatures = (
        request.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")
    )
    signed = f"{message}.{seconds}.".encode() + body
    made = [base64.b64decode(each.partition(",")[2]) for each in signatures.split()]
    for key, signature in zip((new, old), made, strict=True):
        octets = base64.b64decode(key.removeprefix("whpk_"))
        Ed25519PublicKey.from_public_bytes(octets).verify(signature, signed)
    told = json.loads(body)
    assert (told["type"], told["id"], told["data"]) == ("webhook.test", message, {})


async def test_a_shared_secret_is_for_the_reference_library() -> None:
    """And an answer other than 2xx is no success."""
    seen: list[Seen] = []
    async with receiver(seen, 500) as where:
        allowed = {"MENTALVERSE_HOOKS__ALLOW_PRIVATE": f'["{where}"]'}
        url = f"http://{where}/in"
        endpoint, secret = await asyncio.to_thread(
            added, "--shared-secret", url=url, **allowed
        )
        went = await asyncio.to_thread(run, "test", endpoint, **allowed)
        assert (went.exit_code, went.stderr) == (3, "mentalverse: it answered 500\n")
        rotated = await asyncio.to_thread(run, "rotate", endpoint)
        assert rotated.stdout.splitlines()[1].startswith("whsec_")
    ((request, body),) = seen
    Webhook(secret).verify(body, dict(request.headers))
