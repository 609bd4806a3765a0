/** A page that dies at a chosen place: around one of its writes. */

import type { Put, Vault } from "../src/store/vault"
import { LabChat } from "./lab-chat"

const never = new Promise<never>(() => undefined)

/**
 * From here on, whoever waits for the n-th write of this store waits forever, and for
 * every later one: what stands behind it never happens. Calls `died` in that moment.
 */
function dieAt(vault: Vault, number: number, side: "before" | "after", died: () => void): void {
  const write = vault.write.bind(vault)
  let count = 0
  vault.write = async (puts: readonly Put[]): Promise<void> => {
    count += 1
    if (count < number) return write(puts)
    if (count === number && side === "after") await write(puts)
    died()
    return never
  }
}

/** Says these texts until the page dies or is done; those whose writing was promised to last. */
export async function sayUntilDeath(
  conversation: string,
  texts: readonly string[],
  number: number,
  side: "before" | "after",
): Promise<{ readonly kept: readonly string[]; readonly died: boolean }> {
  const kept: string[] = []
  let died: () => void = () => undefined
  const death = new Promise<void>((resolve) => (died = resolve)).then(() => true)
  const life = (async () => {
    const own = await LabChat.open((vault) => dieAt(vault, number, side, died))
    for (const text of texts) {
      await own.conversation(conversation).send(text)
      kept.push(text)
    }
    await own.flush()
    return false
  })()
  return { died: await Promise.race([death, life]), kept }
}

/** Gives the account another key until the page dies or is done; whether it died. */
export async function rotateUntilDeath(number: number, side: "before" | "after"): Promise<boolean> {
  let died: () => void = () => undefined
  const death = new Promise<void>((resolve) => (died = resolve)).then(() => true)
  const life = (async () => {
    const own = await LabChat.open()
    await own.caughtUp()
    dieAt(own.chat.device.vault, number, side, died)
    await own.chat.devices.rotateAccountKey()
    return false
  })()
  return Promise.race([death, life])
}

/** How many writes the client of this page has begun, and who waits for a number of them. */
const begun = { writes: 0, wakers: new Set<() => void>() }

function countWrites(vault: Vault): void {
  const write = vault.write.bind(vault)
  vault.write = (puts: readonly Put[]): Promise<void> => {
    begun.writes += 1
    for (const wake of begun.wakers) wake()
    return write(puts)
  }
}

/** Resolves as so many more writes have begun in this page. */
export async function afterWrites(number: number): Promise<void> {
  const wanted = begun.writes + number
  while (begun.writes < wanted) {
    await new Promise<void>((resolve) => begun.wakers.add(resolve))
    begun.wakers.clear()
  }
}

/**
 * Has the device's client run in this page as soon as no other has it, and says texts until
 * another takes over. Those that were promised to last are noted where a reload leaves them.
 */
export async function sayWhileHeld(conversation: string, prefix: string): Promise<void> {
  const own = await LabChat.open(countWrites)
  const isOver = () => own.chat.signal.aborted
  for (let turn = 0; !isOver(); turn++) {
    const text = `${prefix} ${turn}`
    try {
      await own.conversation(conversation).send(text)
    } catch (error) {
      if (isOver()) return
      throw error
    }
    localStorage.setItem(`kept ${text}`, "")
    // As fast as they go out: a queue without end would be another test.
    await own.flush().catch(() => undefined)
  }
}

/** What all pages of this browser were promised, in no order. */
export function keptTexts(): string[] {
  const notes = Array.from({ length: localStorage.length }, (_, place) => localStorage.key(place) ?? "")
  return notes.filter((note) => note.startsWith("kept ")).map((note) => note.slice("kept ".length))
}
