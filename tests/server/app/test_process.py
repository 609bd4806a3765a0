"""The server as a process: starting, draining, being killed, what it writes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import stat
import urllib.request
from pathlib import Path

import aiohttp
import msgspec

from mentalverse_signaling.account_api import Challenge, ServerInfo, SignedIn
from mentalverse_signaling.envelope import PROTOCOL_VERSION
from support.devices import DeviceKeys, new_device
from support.server import ServerProcess, start_server
from support.transport import RawSocket


class _Person:
    """A registered device that talks to a server process over plain HTTP."""

    def __init__(self, server: ServerProcess, http: aiohttp.ClientSession) -> None:
        self._server = server
        self._http = http
        self.keys: DeviceKeys = new_device()

    async def register(self, handle: str) -> None:
        await self._post(
            "/invites/redeem", self.keys.redeem(self._server.invite(), handle)
        )

    async def sign_in(self) -> SignedIn:
        async with self._http.get(f"{self._server.url}/api/v1/server") as answer:
            info = msgspec.json.decode(await answer.read(), type=ServerInfo)
        device = {"device": self.keys.device}
        raw = await self._post("/sign-in/challenge", device)
        challenge = msgspec.json.decode(raw, type=Challenge)
        signed = await self._post("/sign-in", self.keys.answer(info.server, challenge))
        return msgspec.json.decode(signed, type=SignedIn)

    async def connect(self, token: str) -> RawSocket:
        ws = await self._http.ws_connect(
            f"{self._server.url}/socket.io/?EIO=4&transport=websocket"
        )
        raw = RawSocket(ws)
        assert (await ws.receive_str()).startswith("0")
        auth = {"token": token, "protocol": PROTOCOL_VERSION}
        await raw.send_packet({"type": 0, "nsp": "/", "data": auth})
        assert (await raw.packet())["type"] == 0
        return raw

    async def _post(self, path: str, body: object) -> bytes:
        async with self._http.post(
            f"{self._server.url}/api/v1{path}",
            data=msgspec.json.encode(body),
            headers={"Content-Type": "application/json"},
        ) as answer:
            data = await answer.read()
            assert answer.status == 200, data
            return data


async def test_a_drain_tells_every_client_and_then_closes_with_1012(
    tmp_path: Path,
) -> None:
    with start_server(tmp_path, executed=True) as server:
        async with aiohttp.ClientSession() as http:
            person = _Person(server, http)
            await person.register("ada")
            token = (await person.sign_in()).token
            sockets = [await person.connect(token) for _ in range(3)]

            exit_code = asyncio.create_task(asyncio.to_thread(server.stop))
            notices = [await raw.packet() for raw in sockets]
            codes = [await raw.close_code() for raw in sockets]

            assert [n["data"][0] for n in notices] == ["server.drain_started"] * 3
            assert codes == [1012] * 3
            assert await exit_code == 0
    assert [e["event"] for e in server.events()][-1] == "server.stopped"


async def test_a_token_outlives_the_process_and_kill_9(tmp_path: Path) -> None:
    with start_server(tmp_path, executed=True) as server:
        async with aiohttp.ClientSession() as http:
            person = _Person(server, http)
            await person.register("ada")
            token = (await person.sign_in()).token
            server.kill9()
            server.restart()

            raw = await person.connect(token)
            answer = await raw.call("sign_in.list", {})

    assert answer["ok"], answer
    assert len(answer["data"]["sign_ins"]) == 1


async def test_what_the_process_writes_holds_no_secret(tmp_path: Path) -> None:
    settings = {"LOG__LEVEL": "debug"}
    with start_server(tmp_path, settings, executed=True) as server:
        async with aiohttp.ClientSession() as http:
            person = _Person(server, http)
            await person.register("canary-handle")
            token = (await person.sign_in()).token
            raw = await person.connect(token)
            await raw.call("account.find", {"handle": "canary-handle"})
            await raw.call("account.find", {"handle": ["canary-handle", token]})
            await raw.send_packet({"type": 2, "data": [token]})
            await raw.close_code()
        command = server.command_line()
        server.stop()

    written = server.written()
    for secret in (token, "canary-handle"):
        assert secret not in written
        assert secret not in command
    assert all(json.loads(line)["event"] for line in written.splitlines())


async def test_the_data_folder_is_for_the_server_alone(tmp_path: Path) -> None:
    with start_server(tmp_path, executed=True) as server:
        files = [server.data, *server.data.iterdir()]
        open_to_others = [f.name for f in files if f.stat().st_mode & 0o077]

    assert len(files) > 2
    assert open_to_others == []
    assert stat.S_ISDIR(server.data.stat().st_mode)


def test_the_process_dumps_no_core_and_makes_private_files(tmp_path: Path) -> None:
    with start_server(tmp_path, executed=True) as server:
        status = Path(f"/proc/{server.pid}/status").read_text()
        limits = Path(f"/proc/{server.pid}/limits").read_text()

    assert re.search(r"^Umask:\s+0077$", status, re.MULTILINE)
    assert re.search(r"^Max core file size\s+0\s+0\s", limits, re.MULTILINE)


def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    with start_server(tmp_path, executed=True) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as idle:
            idle.sendall(b"GET / HTTP/1.1\r\n")
            os.kill(server.pid, signal.SIGTERM)
            assert server.stop() == 0


def test_the_server_is_ready_when_the_helper_says_so(tmp_path: Path) -> None:
    with start_server(tmp_path, executed=True) as server:
        with urllib.request.urlopen(f"{server.metrics_url}/metrics") as answer:
            assert b"mentalverse_writer_alive 1.0" in answer.read()
        before = server.url
        server.restart()
        assert server.url == before
        assert len(server.events("server.listening")) == 2
