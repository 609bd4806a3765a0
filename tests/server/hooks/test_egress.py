"""Hooks leave for the public internet, and for what the operator named, exactly."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from mentalverse_server.config import load_config
from mentalverse_server.hooks.addresses import (
    HostPort,
    UrlRefused,
    read_private,
    read_url,
)
from mentalverse_server.hooks.egress import (
    Egress,
    Limits,
    Outcome,
    Reply,
    Resolve,
    tls_context,
)
from mentalverse_server.links import own_hosts
from mentalverse_server.public_internet import is_public
from support.certificates import make_certificate
from support.forbidden_urls import forbidden_urls, host_forms, special_addresses

NAME = "hooks.example.org"
PUBLIC = "9.9.9.9"


class Counting:
    """A listener on loopback, of both families, that counts who comes."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests: list[web.Request] = []
        self.port = 0

    async def raw(
        self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        writer.close()


@asynccontextmanager
async def counting() -> AsyncIterator[Counting]:
    """One that closes every connection at once."""
    listener = Counting()
    server = await asyncio.start_server(listener.raw, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    second = await asyncio.start_server(listener.raw, "::1", listener.port)
    async with server, second:
        yield listener


Answers = Callable[[web.Request], "web.StreamResponse | None"]


@asynccontextmanager
async def receiver(
    answer: Answers | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Counting]:
    """One that answers, with 204 unless it is told otherwise."""
    there = Counting()

    async def handle(request: web.Request) -> web.StreamResponse:
        await request.read()
        there.requests.append(request)
        made = answer(request) if answer is not None else None
        return made or web.Response(status=204)

    runner = web.AppRunner(web.Application(), shutdown_timeout=1)
    runner.app.router.add_route("*", "/{path:.*}", handle)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        there.port = runner.addresses[0][1]
        yield there
    finally:
        await runner.cleanup()


def resolving(*rounds: Sequence[tuple[str, int]]) -> tuple[Resolve, list[str]]:
    """A resolver that answers round after round, and what it was asked."""
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[tuple[str, int]]:
        asked.append(host)
        return rounds[min(len(asked), len(rounds)) - 1]

    return resolve, asked


@asynccontextmanager
async def egress(
    resolve: Resolve | None = None,
    private: Sequence[str] = (),
    tls: ssl.SSLContext | None = None,
    limits: Limits | None = None,
    own: Sequence[str] = (),
) -> AsyncIterator[Egress]:
    door = Egress(
        private=[read_private(each) for each in private],
        own=own,
        tls=tls,
        resolve=resolve,
        limits=limits,
    )
    try:
        yield door
    finally:
        await door.close()


@pytest.mark.parametrize("url", forbidden_urls())
def test_a_forbidden_address_is_none_from_the_start(url: str) -> None:
    """Whoever registers it is told."""
    with pytest.raises(UrlRefused):
        read_url(url)


async def test_no_forbidden_address_is_ever_connected_to() -> None:
    """Every form, at the moment of sending, with a resolver that leads inside."""
    urls = forbidden_urls()
    assert len(urls) >= 200
    async with counting() as inside:
        resolve, asked = resolving([("127.0.0.1", inside.port), ("::1", inside.port)])
        async with egress(resolve) as door:
            for url in urls:
                reply = await door.post(url, b"{}", {})
                assert reply == Reply(Outcome.REFUSED), url
        assert (inside.connections, asked) == (0, [])


@pytest.mark.parametrize("address", special_addresses())
async def test_a_name_leads_to_no_special_address(address: str) -> None:
    """Alone, or as one of several: then none of them is called."""
    async with counting() as inside:
        for found in ([address], [PUBLIC, address], [address, PUBLIC]):
            resolve, _ = resolving([(each, inside.port) for each in found])
            async with egress(resolve) as door:
                reply = await door.post(f"https://{NAME}/hook", b"{}", {})
            assert reply.outcome is Outcome.REFUSED
        assert inside.connections == 0


def test_what_a_resolver_makes_of_a_number_is_not_public_either() -> None:
    """The second line would hold without the first."""
    led = 0
    for host in host_forms():
        try:
            found = socket.getaddrinfo(
                host.strip("[]"), 443, flags=socket.AI_NUMERICHOST
            )
        except (OSError, UnicodeError):
            continue
        led += 1
        assert not any(is_public(str(where[0])) for *_, where in found), host
    assert led > 100  # the resolver does take most of them for addresses


async def test_the_guard_is_what_keeps_it_out() -> None:
    """The same name and address, named by the operator: now somebody comes."""
    async with counting() as inside:
        resolve, _ = resolving([("127.0.0.1", inside.port)])
        async with egress(resolve, [f"{NAME}:443"]) as door:
            reply = await door.post(f"https://{NAME}/hook", b"{}", {})
        assert reply.outcome in {Outcome.TLS, Outcome.BROKEN, Outcome.CONNECT}
        assert inside.connections == 1


async def test_a_second_answer_of_the_resolver_is_never_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: public when it is judged, loopback when it is connected to."""
    tried: list[str] = []

    async def connect(
        loop: asyncio.AbstractEventLoop, sock: socket.socket, address: tuple[str, int]
    ) -> None:
        tried.append(address[0])
        if address[0] == PUBLIC:  # what is public stays where it is: nobody answers
            raise ConnectionRefusedError
        await real_connect(loop, sock, address)

    loop_type = type(asyncio.get_running_loop())
    real_connect = loop_type.sock_connect
    monkeypatch.setattr(loop_type, "sock_connect", connect)
    async with counting() as inside:
        rebinding = [[(PUBLIC, inside.port)], [("127.0.0.1", inside.port)]]
        resolve, asked = resolving(*rebinding)
        async with egress(resolve) as door:
            first = await door.post(f"https://{NAME}/hook", b"{}", {})
            assert (first.outcome, tried, len(asked)) == (Outcome.CONNECT, [PUBLIC], 1)
            second = await door.post(f"https://{NAME}/hook", b"{}", {})
        assert (second.outcome, len(asked)) == (Outcome.REFUSED, 2)
        assert (inside.connections, tried) == (0, [PUBLIC])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed_nowhere(status: int) -> None:
    """Not even to where it could be: 3xx is an answer, and no success."""
    async with counting() as inside:
        to = f"127.0.0.1:{inside.port}"

        def elsewhere(_request: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": f"http://{to}/"})

        async with receiver(elsewhere) as there:
            where = f"127.0.0.1:{there.port}"
            async with egress(private=[where, to]) as door:
                reply = await door.post(f"http://{where}/hook", b"{}", {})
            assert (reply.outcome, reply.status) == (Outcome.ANSWERED, status)
            assert len(there.requests) == 1
        assert inside.connections == 0


async def test_an_address_of_this_machine_is_not_called() -> None:
    """However public it is."""
    resolve, _ = resolving([(PUBLIC, 443)])
    async with egress(resolve, own=[PUBLIC]) as door:
        reply = await door.post(f"https://{NAME}/hook", b"{}", {})
    assert reply.outcome is Outcome.REFUSED


async def test_where_our_own_name_leads_is_not_called() -> None:
    """Under whatever other name: a proxy in front of us has it, and no interface."""
    ours = "chat.example.org"
    resolve, asked = resolving([(PUBLIC, 443)])
    async with egress(resolve, own=[ours]) as door:
        for _ in range(2):
            reply = await door.post(f"https://{NAME}/hook", b"{}", {})
            assert reply.outcome is Outcome.REFUSED
    assert asked == [NAME, ours, NAME]
    async with egress(resolve, own=[f"::ffff:{PUBLIC}"]) as door:
        reply = await door.post(f"https://{NAME}/hook", b"{}", {})
    assert reply.outcome is Outcome.REFUSED


def test_our_own_names_are_those_of_the_settings() -> None:
    flags = {
        "server.public_url": "https://chat.example.org",
        "turn.urls": ["turn:relay.example.org:3478?transport=udp"],
        "media.public_address": PUBLIC,
    }
    config = load_config(None, {}, flags).config
    assert own_hosts(config) == {"chat.example.org", "relay.example.org", PUBLIC}


async def test_what_may_not_be_private_is_not_though_the_settings_allow_it() -> None:
    async with receiver() as there:
        where = f"127.0.0.1:{there.port}"
        async with egress(private=[where]) as door:
            url = f"http://{where}/hook"
            reply = await door.post(url, b"{}", {}, may_be_private=False)
            assert reply.outcome is Outcome.REFUSED
            assert there.requests == []
            assert (await door.post(url, b"{}", {})).status == 204


async def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with counting() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with receiver() as there:
            where = f"127.0.0.1:{there.port}"
            async with egress(private=[where]) as door:
                reply = await door.post(f"http://{where}/hook", b"{}", {})
            assert reply.status == 204
        assert proxy.connections == 0


def _server_tls(folder: Path, host: str, seen: list[str | None]) -> ssl.SSLContext:
    chain, key = make_certificate(folder, host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.sni_callback = lambda _socket, name, _context: seen.append(name)
    return context


async def test_a_checked_address_is_called_under_the_name_that_was_asked_for(
    tmp_path: Path,
) -> None:
    """SNI, certificate and Host are the name's, the connection is the address's."""
    names: list[str | None] = []
    tls = _server_tls(tmp_path, NAME, names)
    trust = tls_context(tmp_path / "chain.pem")
    async with receiver(tls=tls) as there:
        resolve, _ = resolving([("127.0.0.1", there.port)])
        async with egress(resolve, [f"{NAME}:443"], trust) as door:
            reply = await door.post(f"https://{NAME}/a?b=c%2f", b"{}", {"x-y": "z"})
        assert (reply.outcome, reply.status) == (Outcome.ANSWERED, 204)
        (request,) = there.requests
        assert (names, request.host) == ([NAME], NAME)
        assert request.raw_path == "/a?b=c%2f"
        assert request.headers["x-y"] == "z"
        assert request.headers["Accept-Encoding"] == "identity"
        assert "Cookie" not in request.headers


@pytest.mark.parametrize("case", ["another name", "unknown issuer"])
async def test_a_certificate_is_always_verified(tmp_path: Path, case: str) -> None:
    host = "other.example.org" if case == "another name" else NAME
    tls = _server_tls(tmp_path, host, [])
    trust = tls_context(tmp_path / "chain.pem" if case == "another name" else None)
    async with receiver(tls=tls) as there:
        resolve, _ = resolving([("127.0.0.1", there.port)])
        async with egress(resolve, [f"{NAME}:443"], trust) as door:
            reply = await door.post(f"https://{NAME}/", b"{}", {})
        assert (reply.outcome, there.requests) == (Outcome.TLS, [])


async def test_a_receiver_that_never_answers_costs_a_bounded_time() -> None:
    never = asyncio.Event()

    async def silent(
        _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await never.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    where = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with egress(private=[where], limits=Limits(whole_seconds=0.05)) as door:
        reply = await door.post(f"http://{where}/", b"{}", {})
    assert reply.outcome is Outcome.TIMEOUT
    never.set()
    server.close()
    await server.wait_closed()


async def test_a_resolver_that_never_answers_costs_a_bounded_time() -> None:
    async def never(_host: str, _port: int) -> Sequence[tuple[str, int]]:
        await asyncio.Event().wait()
        return []

    async with egress(never, limits=Limits(connect_seconds=0.05)) as door:
        reply = await door.post(f"https://{NAME}/", b"{}", {})
    assert reply.outcome is Outcome.TIMEOUT


async def test_an_answer_is_read_up_to_its_limit_and_no_further() -> None:
    """Thrown away where nobody asked for it, and nothing where it is too long."""

    def answer(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * int(request.query["bytes"]))

    async with receiver(answer) as there:
        where = f"127.0.0.1:{there.port}"
        async with egress(private=[where], limits=Limits(max_answer_bytes=100)) as door:
            url = f"http://{where}/?bytes="
            cut = await door.post(f"{url}10000000", b"{}", {})
            assert (cut.outcome, cut.status, cut.body) == (Outcome.ANSWERED, 200, b"")
            kept = await door.post(f"{url}100", b"{}", {}, keep_body=True)
            assert (kept.outcome, kept.body) == (Outcome.ANSWERED, b"x" * 100)
            long = await door.post(f"{url}101", b"{}", {}, keep_body=True)
            assert (long.outcome, long.body) == (Outcome.BROKEN, b"")


async def test_what_is_no_http_and_who_is_not_there_are_told_apart() -> None:
    async with counting() as closing:
        where = f"127.0.0.1:{closing.port}"
        async with egress(private=[where]) as door:
            assert (await door.post(f"http://{where}/", b"", {})).outcome is (
                Outcome.BROKEN
            )
    async with egress(private=[where]) as door:
        assert (await door.post(f"http://{where}/", b"", {})).outcome is Outcome.CONNECT

    async def unknown(_host: str, _port: int) -> Sequence[tuple[str, int]]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    async with egress(unknown) as door:
        reply = await door.post(f"https://{NAME}/", b"", {})
    assert reply.outcome is Outcome.DNS


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9001/x",
        "https://127.0.0.1:9000/x",
        "http://127.0.0.2:9000/x",
        "http://localhost:9000/x",
        "http://127.0.0.1.:9000/x",
        "http://2130706433:9000/x",
        "http://10.0.0.7:8443/x",
        "https://10.0.0.7/x",
    ],
)
def test_a_private_host_is_one_exactly_as_the_settings_name_it(url: str) -> None:
    """Another port or another writing is another; plain http stays on this machine."""
    private = [read_private("127.0.0.1:9001"), read_private("10.0.0.7:8443")]
    if url == "http://127.0.0.1:9001/x":
        assert read_url(url, private).is_private
        return
    with pytest.raises(UrlRefused):
        read_url(url, private)


def test_what_the_settings_allow_counts_only_where_it_is_passed() -> None:
    """An address that came over the network is judged without it."""
    private = [read_private("[::1]:8443"), read_private("sidecar:8443")]
    assert read_url("https://[::1]:8443/x", private).where == HostPort("::1", 8443)
    assert read_url("https://sidecar:8443/x", private).is_private
    with pytest.raises(UrlRefused):
        read_url("https://sidecar:8443/x")


@pytest.mark.parametrize(
    "entry", ["10.0.0.7", "10.0.0.7:", ":80", "a:0", "a:65536", "A:80", "https://a:80"]
)
def test_an_entry_of_the_settings_is_a_host_and_a_port(entry: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        read_private(entry)


@pytest.mark.parametrize("holds", [None, "no certificate"])
def test_a_file_of_issuers_that_holds_none_is_an_error(
    tmp_path: Path, holds: str | None
) -> None:
    """Rather than a receiver that is never trusted."""
    file = tmp_path / "issuers.pem"
    if holds is not None:
        file.write_text(holds)
    with pytest.raises(OSError, match=r"No such file|NO_CERTIFICATE|no certificate"):
        tls_context(file)


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("https://hooks.example.org", "https://hooks.example.org/"),
        ("https://Hooks.Example.ORG:443/A", "https://hooks.example.org:443/A"),
        ("https://a-b.example.co.uk/x/../y?z=/@:", None),
        ("https://example.org?x=1", "https://example.org/?x=1"),
        ("https://example.org/%0d%0aHost:%20x", None),
    ],
)
def test_a_sound_address_is_called_as_it_is(url: str, called: str | None) -> None:
    assert read_url(url).url == (called or url)
