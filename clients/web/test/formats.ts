/**
 * Our byte formats behind JSON lines, as in peer.ts: `{id, verb, …}` → `{id, ok}` or
 * `{id, error: {code, message}}`, octets in base64. Each table of verbs stands in a file
 * of its own.
 */

import { createInterface } from "node:readline"
import { FormatError } from "../src/e2ee/formats/errors"
import { verbs } from "./formats-verbs"
import type { Json } from "./wire"

async function answer(line: string): Promise<Json> {
  const request = JSON.parse(line) as { id: Json; verb: string; [field: string]: Json }
  try {
    const verb = verbs[request.verb]
    if (verb === undefined) throw new Error("verb is unknown")
    return { id: request.id, ok: await verb(request) }
  } catch (error) {
    const code = error instanceof FormatError ? error.code : "internal"
    return { id: request.id, error: { code, message: String(error) } }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`)
}
