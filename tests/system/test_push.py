"""Web Push of a whole server: who is away is woken, also by a server that died."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import aiohttp
import msgspec
import pytest

from mentalverse_client import Client
from mentalverse_client.account.sign_in import SignInSource
from mentalverse_server.keyring import make_push_key
from mentalverse_signaling.account_api import ServerInfo
from mentalverse_signaling.call_events import CallMedia, CallStart, CallView
from mentalverse_signaling.ids import ConversationId
from support.clients import eventually, only_conversation, opened, person, register
from support.push import PushService, Subscription, push_service
from support.server import ServerProcess, start_server

TEXT = "a text that nobody in between may read"


async def _key(server: ServerProcess) -> bytes:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{server.url}/api/v1/server") as answer,
    ):
        return msgspec.json.decode(await answer.read(), type=ServerInfo).push_key


async def _subscribe(
    server: ServerProcess, client: Client, service: PushService
) -> Subscription:
    """As a browser's device does, with the client's own token."""
    browser = Subscription(f"{service.url}/{client.handle}")
    asked = browser.asked(await _key(server))
    device = client._engine.device
    token = await SignInSource(device.profile, device.now_ms)(fresh=False)
    async with (
        aiohttp.ClientSession() as http,
        http.put(
            f"{server.url}/api/v1/push",
            data=msgspec.json.encode(asked),
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
            },
        ) as answer,
    ):
        assert answer.status == 200, await answer.text()
    return browser


@pytest.mark.parametrize("killed", [False, True], ids=["lives", "killed"])
async def test_who_is_away_is_woken_for_a_message_that_was_acknowledged(
    tmp_path: Path, killed: bool
) -> None:
    """With nothing to read in it; a server that died in between does it after all."""
    delay = "3600" if killed else "0.2"
    settings = {
        "PUSH__ALLOW_PRIVATE_ADDRESSES": "true",
        "PUSH__DELAY_SECONDS": delay,
    }
    with start_server(tmp_path / "server", settings) as server:
        make_push_key(server.data, os.urandom)
        await asyncio.to_thread(server.restart)
        async with push_service() as service:
            ben = await register(server, tmp_path, "ben")
            async with person(server, tmp_path, "ada") as ada:
                async with opened(ben) as client:
                    browser = await _subscribe(server, client, service)
                    talk = await ada.direct("ben")
                    await only_conversation(client)
                    await client.flush()
                await talk.send(TEXT)
                await ada.flush()
                if killed:
                    server.kill9()
                    assert service.posts == []
                    server.change({"PUSH__DELAY_SECONDS": "0.2"})
                    server.start()
                await eventually(lambda: bool(service.posts))
            post = service.posts[0]
            name = browser.opened(post.body).decode().rstrip()
            assert name == f"1.{browser.name_of(talk.id)}"
            visible = f"{post.headers}".encode() + post.body
            for hidden in (TEXT.encode(), b"ada", talk.id.encode()):
                assert hidden not in visible
            assert TEXT not in server.written()
            assert browser.endpoint not in server.written()


async def test_who_is_away_is_woken_for_a_call_at_once(tmp_path: Path) -> None:
    settings = {
        "PUSH__ALLOW_PRIVATE_ADDRESSES": "true",
        "PUSH__DELAY_SECONDS": "3600",
    }
    with start_server(tmp_path / "server", settings) as server:
        make_push_key(server.data, os.urandom)
        await asyncio.to_thread(server.restart)
        async with push_service() as service:
            ben = await register(server, tmp_path, "ben")
            async with person(server, tmp_path, "ada") as ada:
                async with opened(ben) as client:
                    browser = await _subscribe(server, client, service)
                    talk = await ada.direct("ben")
                    await only_conversation(client)
                    await client.flush()
                start = CallStart(ConversationId(talk.id), CallMedia.AUDIO)
                await ada._engine.call("call.start", start, CallView)
                await eventually(lambda: bool(service.posts))
            (post,) = service.posts
            name = browser.opened(post.body).decode().rstrip()
            assert name == f"4.{browser.name_of(talk.id)}"
