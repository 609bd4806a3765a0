"""The durable store of a browser's device, in a real browser."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from support.browser import person

from .conftest import ready

OPEN = """() => {
  globalThis.octets = (...values) => new Uint8Array(values)
  globalThis.open = async (name = "test") => {
    const kept = await (await lab.keyring.Keyring.open()).own()
    const key = kept?.storeKey ?? (await lab.keyring.newStoreKey()).key
    if (!kept) await (await lab.keyring.Keyring.open()).save({
      device: "d", account: "a", handle: "h", vault: name, storeKey: key, wrapped: [],
    })
    return lab.vault.Vault.open(name, key)
  }
}"""


async def test_what_was_written_is_there_after_a_reload(lab: Page) -> None:
    """Values, positions, names and the count of writes outlive the page."""
    await lab.evaluate(OPEN)
    await lab.evaluate(
        """async () => {
          const vault = await open()
          await vault.write([
            { space: "message", name: "c1", position: 2, value: octets(2) },
            { space: "message", name: "c1", position: 10, value: octets(10) },
            { space: "message", name: "c2", position: 1, value: octets(1) },
            { space: "identity", value: octets(7, 7) },
          ])
          await vault.write([{ space: "message", name: "c2", position: 1, value: undefined }])
          await vault.write([{ space: "message", name: "c1", position: 3, value: octets(3) }])
        }"""
    )
    await lab.reload()
    await ready(lab)
    await lab.evaluate(OPEN)
    found = await lab.evaluate(
        """async () => {
          const vault = await open()
          const list = async (options) =>
            (await vault.scan("message", "c1", options)).map((row) => [row.position, ...row.value])
          return {
            writes: vault.writes,
            identity: [...(await vault.get("identity"))],
            gone: await vault.get("message", "c2", 1) === undefined,
            names: await vault.names("message"),
            all: await list({}),
            after: await list({ after: 2 }),
            newest: await list({ newestFirst: true, limit: 2 }),
            before: await list({ before: 10, newestFirst: true, limit: 1 }),
          }
        }"""
    )
    assert found == {
        "writes": 3,
        "identity": [7, 7],
        "gone": True,
        "names": ["c1"],
        "all": [[2, 2], [3, 3], [10, 10]],
        "after": [[3, 3], [10, 10]],
        "newest": [[10, 10], [3, 3]],
        "before": [[3, 3]],
    }


async def test_nothing_of_a_value_stands_in_the_database(lab: Page) -> None:
    """IndexedDB holds sealed octets; another key opens none of them."""
    await lab.evaluate(OPEN)
    outcome = await lab.evaluate(
        """async () => {
          const vault = await open()
          const text = new TextEncoder().encode("a very private sentence")
          await vault.write([{ space: "message", name: "c", position: 1, value: text }])
          vault.close()
          const raw = await new Promise((resolve) => {
            indexedDB.open("test").onsuccess = (opened) => {
              const all = opened.target.result.transaction("entries").objectStore("entries").getAll()
              all.onsuccess = () => resolve(all.result)
            }
          })
          const { key } = await lab.keyring.newStoreKey()
          const other = await lab.vault.Vault.open("test", key).catch((error) => error.name)
          return {
            kept: raw.length,
            readable: raw.some((value) => new TextDecoder().decode(value).includes("private")),
            other,
          }
        }"""
    )
    assert outcome == {"kept": 2, "readable": False, "other": "StoreDamaged"}


async def test_a_value_that_was_moved_does_not_open(lab: Page) -> None:
    """The place is part of what is sealed."""
    await lab.evaluate(OPEN)
    outcome = await lab.evaluate(
        """async () => {
          const vault = await open()
          await vault.write([{ space: "contact", name: "ada", value: octets(1) }])
          await new Promise((resolve) => {
            indexedDB.open("test").onsuccess = (opened) => {
              const store = opened.target.result
                .transaction("entries", "readwrite").objectStore("entries")
              store.get(["contact", "ada", 0]).onsuccess = (found) => {
                store.put(found.target.result, ["contact", "ben", 0]).onsuccess = resolve
              }
            }
          })
          return vault.get("contact", "ben").catch((error) => error.name)
        }"""
    )
    assert outcome == "StoreDamaged"


async def test_a_locked_device_opens_by_its_secret_alone(lab: Page) -> None:
    """After `lock` there is no usable key, and a wrong secret gives none."""
    outcome = await lab.evaluate(
        """async () => {
          const { Keyring, newStoreKey, wrap, unwrap } = lab.keyring
          const ring = await Keyring.open()
          const { key, octets } = await newStoreKey()
          const salt = crypto.getRandomValues(new Uint8Array(16))
          const secret = crypto.getRandomValues(new Uint8Array(32))
          const slot = await wrap(octets, secret, { kind: "passphrase", id: "", salt })
          await ring.save({ device: "d", account: "a", handle: "h", vault: "v", storeKey: key, wrapped: [slot] })
          const vault = await lab.vault.Vault.open("v", key)
          await vault.write([{ space: "x", value: new Uint8Array([5]) }])
          await ring.lock()
          const locked = await ring.own()
          const wrong = await unwrap(locked.wrapped[0], new Uint8Array(32)).catch((error) => error.name)
          const right = await unwrap(locked.wrapped[0], secret)
          const again = await lab.vault.Vault.open("v", right.key)
          return { key: locked.storeKey === undefined, wrong, value: [...(await again.get("x"))] }
        }"""
    )
    assert outcome == {"key": True, "wrong": "WrongSecret", "value": [5]}


async def test_the_store_key_cannot_be_read_by_a_script(lab: Page) -> None:
    outcome = await lab.evaluate(
        """async () => {
          const { key } = await lab.keyring.newStoreKey()
          return crypto.subtle.exportKey("raw", key).then(() => "read", (error) => error.name)
        }"""
    )
    assert outcome == "InvalidAccessError"


async def test_one_page_has_the_lock_until_it_lets_go_or_dies(
    browser: Browser, lab_origin: str
) -> None:
    """The second waits; being asked, the first lets go; a closed page holds nothing."""
    take = """() => { globalThis.held = lab.deviceLock.acquire("d")
                      globalThis.held.then((lock) => { globalThis.lock = lock })
                      return true }"""
    has = "() => globalThis.lock !== undefined"
    async with person(browser, lab_origin) as (context, _):
        first, second = await context.new_page(), await context.new_page()
        for page in (first, second):
            await page.goto("/")
            await ready(page)
        await first.evaluate(take)
        await first.evaluate("() => globalThis.held.then(() => true)")
        await second.evaluate(take)
        assert not await second.evaluate(has)
        await first.evaluate(
            "() => { globalThis.lock.wanted.then(() => globalThis.lock.release()) }"
        )
        await second.evaluate("() => lab.deviceLock.ask('d')")
        await second.evaluate("() => globalThis.held.then(() => true)")
        third = await context.new_page()
        await third.goto("/")
        await ready(third)
        await third.evaluate(take)
        assert not await third.evaluate(has)
        await second.close()
        await third.evaluate("() => globalThis.held.then(() => true)")


async def test_a_page_that_dies_while_it_writes_leaves_all_or_nothing(
    browser: Browser, lab_origin: str
) -> None:
    """Pages are closed at any moment of their writing, 20 times."""
    write = """async () => {
      const vault = await open()
      globalThis.writing = (async () => {
        for (let n = vault.writes; ; n++) {
          const value = new Uint8Array([n & 255])
          await vault.write([
            { space: "left", name: "c", position: n, value },
            { space: "right", name: "c", position: n, value },
          ])
        }
      })()
      while (vault.writes < globalThis.least) await new Promise((go) => setTimeout(go, 1))
    }"""
    async with person(browser, lab_origin) as (context, _):
        seen = 0
        for round_ in range(20):
            page = await context.new_page()
            await page.goto("/")
            await ready(page)
            await page.evaluate(OPEN)
            state = await page.evaluate(
                """async () => {
                  const vault = await open()
                  const positions = async (space) =>
                    (await vault.scan(space, "c")).map((row) => row.position)
                  const result = [vault.writes, await positions("left"), await positions("right")]
                  vault.close()
                  return result
                }"""
            )
            writes, left, right = state
            assert left == right == list(range(writes))
            assert writes >= seen
            seen = writes + 1 + round_ % 3
            await page.evaluate(f"() => {{ globalThis.least = {seen} }}")
            await page.evaluate(write)
            await page.close()


async def test_a_page_that_was_overtaken_writes_nothing(lab: Page) -> None:
    """What it holds in memory is old: its write is refused as a whole."""
    await lab.evaluate(OPEN)
    outcome = await lab.evaluate(
        """async () => {
          const [first, second] = [await open(), await open()]
          await first.write([{ space: "x", value: octets(1) }])
          const refused = await second.write([{ space: "x", value: octets(2) }])
            .catch((error) => error.name)
          await first.write([{ space: "y", value: octets(3) }])
          return { refused, x: [...(await first.get("x"))], writes: (await open()).writes }
        }"""
    )
    assert outcome == {"refused": "StoreMoved", "x": [1], "writes": 2}
