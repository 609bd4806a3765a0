"""A device that a passkey or a passphrase locks, in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from support.browser import add_authenticator

from .conftest import ready

BEGIN = """async (seal) => {
  const { locks } = await lab.locking()
  const vault = await locks.start()
  await vault.write([{ space: "draft", value: new Uint8Array([7]) }])
  vault.close()
  const sealing = seal.kind === "passkey" ? await lab.localPasskey() : seal
  await locks.seal(sealing, { device: "d", account: "a", handle: "ada" })
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
async def authenticator(lab: Page) -> Page:
    """A page whose machine has an authenticator that gives keys."""
    await add_authenticator(lab)
    return lab


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


async def test_a_passkey_that_gives_no_key_costs_nothing_that_was_begun(
    lab: Page,
) -> None:
    """The person is told, and can choose a passphrase; nothing unsealed is locked away."""
    await add_authenticator(lab, hasPrf=False)
    told = await lab.evaluate(
        f"(seal) => ({BEGIN})(seal).catch((error) => error.code)", PASSKEY
    )
    assert told == "client.passkey_unusable"
    await lab.evaluate(LOCK)
    left = await lab.evaluate(
        """async () => {
          const { keyring, locks } = await lab.locking()
          const vault = await locks.open()
          const found = [...(await vault.get("draft"))]
          vault.close()
          return [(await keyring.own()).device, found]
        }"""
    )
    assert left == ["", [7]]
    await lab.evaluate(BEGIN, passphrase("then this"))
    await lab.evaluate(LOCK)
    assert await lab.evaluate(UNLOCK, passphrase("then this")) == [7]


async def test_a_device_that_is_forgotten_is_gone(lab: Page) -> None:
    """Neither key nor store is left, and another device can begin."""
    await lab.evaluate(BEGIN, passphrase("one"))
    refused = f"(seal) => ({BEGIN})(seal).catch((error) => error.code)"
    assert await lab.evaluate(refused, passphrase("two")) == "client.profile_exists"
    await lab.evaluate("async () => (await lab.locking()).locks.forget()")
    left = await lab.evaluate(
        "indexedDB.databases().then((all) => all.map(({ name }) => name))"
    )
    assert left == ["mv-device"]
    await lab.evaluate(BEGIN, passphrase("two"))
