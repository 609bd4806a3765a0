"""A device that a passkey or a passphrase locks, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from .conftest import ready

BEGIN = """async (seal) => {
  const { locks } = await lab.locking()
  const vault = await locks.begin(seal, "ada")
  await vault.write([{ space: "draft", value: new Uint8Array([7]) }])
  await locks.owned({ device: "d", account: "a", handle: "ada" })
  vault.close()
}"""
LOCK = "async () => (await lab.locking()).keyring.lock()"
UNLOCK = """async (seal) => {
  const { locks } = await lab.locking()
  if ((await locks.open()) !== undefined) return "open"
  try {
    const vault = await locks.unlock(seal)
    return [...(await vault.get("draft"))]
  } catch (error) {
    return error.code ?? error.name
  }
}"""
PASSKEY = {"kind": "passkey"}


def passphrase(text: str) -> dict[str, str]:
    return {"kind": "passphrase", "passphrase": text}


@pytest.fixture
async def authenticator(lab: Page) -> AsyncIterator[Page]:
    """A page whose machine has an authenticator that gives keys."""
    session = await lab.context.new_cdp_session(lab)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "hasPrf": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield lab


async def test_a_passphrase_opens_what_was_locked_and_another_does_not(
    lab: Page,
) -> None:
    """Stretched in a worker that the page's policy lets in; composed either way."""
    await lab.evaluate(BEGIN, passphrase("caf\u00e9 at noon"))
    assert await lab.evaluate(UNLOCK, passphrase("")) == "open"
    await lab.evaluate(LOCK)
    await lab.reload()
    await ready(lab)
    assert await lab.evaluate(UNLOCK, passphrase("cafe at noon")) == "WrongSecret"
    assert await lab.evaluate(UNLOCK, PASSKEY) == "WrongSecret"
    assert await lab.evaluate(UNLOCK, passphrase("cafe\u0301 at noon")) == [7]


async def test_a_passkey_opens_what_was_locked(authenticator: Page) -> None:
    """The authenticator gives the same key again after a reload."""
    await authenticator.evaluate(BEGIN, PASSKEY)
    await authenticator.evaluate(LOCK)
    await authenticator.reload()
    await ready(authenticator)
    assert await authenticator.evaluate(UNLOCK, PASSKEY) == [7]
    await authenticator.evaluate(LOCK)
    assert await authenticator.evaluate(UNLOCK, passphrase("x")) == "WrongSecret"


async def test_without_an_authenticator_nothing_is_begun(lab: Page) -> None:
    """The person is told, and can choose a passphrase."""
    session = await lab.context.new_cdp_session(lab)
    await session.send("WebAuthn.enable")  # and no authenticator: nobody answers
    options = {"protocol": "ctap2", "transport": "internal", "isUserVerified": False}
    await session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": options | {"hasUserVerification": True, "hasResidentKey": True}},
    )
    told = await lab.evaluate(
        "(seal) => lab.locking().then(({ locks }) => locks.begin(seal, 'ada')).catch((e) => e.code)",
        PASSKEY,
    )
    assert told == "client.passkey_unusable"
    assert (
        await lab.evaluate(
            "lab.locking().then(({ locks }) => locks.open().then((v) => v ?? null))"
        )
        is None
    )
    await lab.evaluate(BEGIN, passphrase("then this"))


async def test_a_device_that_is_forgotten_is_gone(lab: Page) -> None:
    """Neither key nor store is left, and another device can begin."""
    await lab.evaluate(BEGIN, passphrase("one"))
    refused = "(seal) => lab.locking().then(({ locks }) => locks.begin(seal, 'eve')).catch((e) => e.code)"
    assert await lab.evaluate(refused, passphrase("two")) == "client.profile_exists"
    await lab.evaluate("async () => (await lab.locking()).locks.forget()")
    left = await lab.evaluate(
        "indexedDB.databases().then((all) => all.map(({ name }) => name))"
    )
    assert left == ["mv-device"]
    await lab.evaluate(BEGIN, passphrase("two"))
