"""What a page answers reaches the test, whatever the page's garbage collector does.

Chromium's inspector refers to the promise of an evaluation weakly. A page that collects
garbage after the promise was kept, and before the step that tells so, has the test fail
with "Resulting promise was garbage collected". A page that encrypts allocates a lot in
just those steps. So a promise is kept in a task of its own, where no other step waits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Frame, Page

_KEPT_IN_ITS_OWN_TASK = """(given) => {
  const asked = (
%s
  )
  const made = typeof asked === "function" ? asked(given) : asked
  if (typeof made?.then !== "function") return made
  const ownTask = () => new Promise((next) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => (port1.close(), next())
    port2.postMessage(null)
  })
  return made.then(
    (value) => ownTask().then(() => value),
    (error) => ownTask().then(() => Promise.reject(error)),
  )
}"""

_Evaluate = Callable[[Any, str, Any], Awaitable[Any]]


def _safely(evaluate: _Evaluate) -> _Evaluate:
    async def evaluate_safely(page: Any, expression: str, arg: Any = None) -> Any:
        return await evaluate(page, _KEPT_IN_ITS_OWN_TASK % expression, arg)

    return evaluate_safely


_OF_PAGES, _OF_FRAMES = _safely(Page.evaluate), _safely(Frame.evaluate)


def keep_answers() -> None:
    """Have every page and frame of this process answer like that."""
    Page.evaluate = _OF_PAGES  # type: ignore[method-assign,assignment]
    Frame.evaluate = _OF_FRAMES  # type: ignore[method-assign,assignment]
