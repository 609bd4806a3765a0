"""Whether a page plays anything that could be heard."""

from __future__ import annotations

from playwright.async_api import Page

_LOUD = 0.01
_HEARS = """async (loud) => {
  const analysers = []
  globalThis.ears ??= new AudioContext()
  await ears.resume()
  for (const { srcObject } of document.querySelectorAll("audio")) {
    if (!srcObject) continue
    const analyser = ears.createAnalyser()
    ears.createMediaStreamSource(srcObject).connect(analyser)
    analysers.push(analyser)
  }
  const samples = new Float32Array(2048)
  for (let looked = 0; looked < 60; looked++) {
    await new Promise((resolve) => setTimeout(resolve, 25))
    for (const analyser of analysers) {
      analyser.getFloatTimeDomainData(samples)
      if (samples.some((sample) => Math.abs(sample) > loud)) return true
    }
  }
  return false
}"""
"""Looks for longer than Chromium's own microphone is silent between two notes."""


async def hears(page: Page) -> None:
    """Wait until something sounds from what the page plays."""
    await page.wait_for_function(_HEARS, arg=_LOUD, polling=100)


async def hears_nothing(page: Page) -> bool:
    """Whether the page is silent for as long as it is listened to."""
    return not await page.evaluate(_HEARS, _LOUD)
