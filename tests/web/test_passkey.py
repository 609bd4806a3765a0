"""Passkeys by a real browser and its virtual authenticator, against a real server."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page

from mentalverse_server.app import running_server
from mentalverse_server.config import load_config
from mentalverse_signaling.recovery_api import BACKUP_COUNTER, BACKUP_LOOKUP
from support.account_api import Api, Caller
from support.browser import person
from support.clock import ManualClock

_CALL = """
  const call = async (path, token, body) => {
    const headers = {}
    if (token) headers.Authorization = `Bearer ${token}`
    if (body) headers["Content-Type"] = "application/json"
    const answer = await fetch(`/api/v1/passkeys${path}`, {
      method: "POST", headers, body: body ? JSON.stringify(body) : undefined })
    return { status: answer.status, text: await answer.text() }
  }
  const salt = new TextEncoder().encode("mv-device-store-v1")
  const prf = { prf: { eval: { first: salt } } }
"""
_REGISTER = f"""async (token) => {{
  {_CALL}
  const begun = JSON.parse((await call("/begin", token)).text)
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    JSON.parse(begun.options))
  const made = await navigator.credentials.create({{
    publicKey: {{ ...publicKey, extensions: prf }} }})
  const json = made.toJSON()
  if (json.clientExtensionResults.prf) delete json.clientExtensionResults.prf.results
  return call("", token, {{ ceremony: begun.ceremony, label: "browser",
    credential: JSON.stringify(json) }})
}}"""
_USE = f"""async ([token, path, honest]) => {{
  {_CALL}
  const begun = JSON.parse((await call("/use")).text)
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    JSON.parse(begun.options))
  const used = await navigator.credentials.get({{
    publicKey: {{ ...publicKey, extensions: prf }} }})
  const output = used.getClientExtensionResults().prf.results.first
  const json = used.toJSON()
  const first = btoa(String.fromCharCode(...new Uint8Array(output)))
  json.clientExtensionResults = honest ? {{}} : {{ prf: {{ results: {{ first }} }} }}
  const answer = await call(path, token, {{ ceremony: begun.ceremony,
    credential: JSON.stringify(json) }})
  return {{ ...answer, output: Array.from(new Uint8Array(output)) }}
}}"""


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    data = tmp_path / "data"
    flags = {"server.port": 0, "metrics.port": 0, "server.data_dir": data}
    clock = ManualClock()
    async with (
        running_server(load_config(None, {}, flags).config, clock) as server,
        aiohttp.ClientSession() as http,
    ):
        yield Api(server, clock, http)


async def _with_authenticator(page: Page) -> None:
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    await session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "ctap2Version": "ctap2_1",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "hasPrf": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


async def _store_backup(api: Api, ada: Caller) -> None:
    lookup = hashlib.sha256(b"x").hexdigest()
    async with api.http.put(
        f"{api.server.url}/api/v1/backup",
        data=b"sealed",
        headers={
            "Content-Type": "application/octet-stream",
            BACKUP_COUNTER: "1",
            BACKUP_LOOKUP: lookup,
            **ada.bearer,
        },
    ) as stored:
        assert stored.status == 200


async def test_a_browser_makes_and_uses_a_passkey_and_keeps_its_secret(
    api: Api, browser: Browser
) -> None:
    """Registered, verified, and the backup fetched; with the PRF output it is refused.

    The output is the same each time, so that it opens what it sealed.
    """
    ada = await api.newcomer("ada")
    await api.prove(ada)
    await _store_backup(api, ada)
    async with person(browser, api.server.public_url) as (context, watched):
        watched.expected.append("status of 400")
        page = await context.new_page()
        await page.goto("/")
        await _with_authenticator(page)
        made: Any = await page.evaluate(_REGISTER, ada.token)
        verified: Any = await page.evaluate(_USE, [ada.token, "/verify", True])
        fetched: Any = await page.evaluate(_USE, [None, "/backup", True])
        leaking: Any = await page.evaluate(_USE, [None, "/backup", False])

    assert made["status"] == 200, made
    assert json.loads(made["text"])["label"] == "browser"
    assert verified["status"] == 200, verified
    assert (fetched["status"], fetched["text"]) == (200, "sealed")
    assert len(fetched["output"]) == 32
    assert fetched["output"] == verified["output"]
    assert leaking["status"] == 400, leaking
    assert "must not be sent" in leaking["text"]
