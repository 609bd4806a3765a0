"""What the tests hear of a page is what it said."""

from __future__ import annotations

import pytest
from playwright.async_api import Error

from support.browser import chromium

COLLECTS = """async () => {
  const collect = (times) => {
    if (times > 0) Promise.resolve().then(() => (gc(), collect(times - 1)))
  }
  let keep
  const kept = new Promise((resolve) => (keep = resolve))
  setTimeout(() => (keep(), collect(12)))
  await kept
  return "said"
}"""


async def test_an_answer_arrives_though_garbage_is_collected_at_that_moment() -> None:
    """Chromium's inspector takes the answer's promise for abandoned otherwise."""
    async with chromium("--js-flags=--expose-gc") as browser:
        page = await browser.new_page()
        for _ in range(5):
            assert await page.evaluate(COLLECTS) == "said"


async def test_an_answer_is_as_if_nothing_stood_between() -> None:
    """A value, a function of an argument, a promise of one, and an error."""
    async with chromium() as browser:
        page = await browser.new_page()
        assert await page.evaluate("1 + 1") == 2
        assert await page.evaluate("(given) => given + 1 // why not", 2) == 3
        assert await page.evaluate("async (given) => ({ given })", [3]) == {
            "given": [3]
        }
        with pytest.raises(Error, match="not today"):
            await page.evaluate("async () => { throw new Error('not today') }")
