"""Argon2id for pages, computed beside the browser, in the place of `argon2-worker.ts`.

The page's policy runs no WebAssembly, so the product's worker computes in JavaScript:
seconds each time, ten times what it takes natively. Stories in which somebody happens
to have a passphrase need its octets and not its slowness. The same question goes to
`mentalverse_crypto.keystore.stretch`, which gives the same answer: the worker is held
to that by `tests/interop/test_format_words.py`, and computes itself in the stories that
are about it (`stretches=True`, one of each page and cost) and in `test_locking.py`.
"""

from __future__ import annotations

import asyncio
import base64

from playwright.async_api import BrowserContext

from mentalverse_crypto.keystore import Argon2Cost, stretch

_IN_PAGES = """
{
  const Built = globalThis.Worker
  const spelt = (octets) => btoa(String.fromCharCode(...octets))
  const octetsOf = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0))
  class Stretching {
    postMessage({ secret, salt, cost: { passes, memoryKibibytes } }) {
      stretchBeside(spelt(secret), spelt(salt), passes, memoryKibibytes).then(
        (key) => this.onmessage({ data: { key: octetsOf(key) } }),
        () => this.onerror(),
      )
    }
    terminate() {}
  }
  globalThis.Worker = function (url, options) {
    const isStretching = String(url).includes("/argon2-worker")
    return isStretching ? new Stretching() : new Built(url, options)
  }
}
"""


async def stretch_beside(context: BrowserContext) -> None:
    """Have all pages of this profile do so, from the next one that is opened on."""
    await context.expose_function("stretchBeside", _stretched)
    await context.add_init_script(_IN_PAGES)


async def _stretched(secret: str, salt: str, passes: int, memory: int) -> str:
    key = await asyncio.to_thread(
        stretch,
        base64.b64decode(secret),
        base64.b64decode(salt),
        Argon2Cost(passes, memory),
    )
    return base64.b64encode(key).decode()
