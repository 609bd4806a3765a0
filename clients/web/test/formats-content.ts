/** Application messages. Members that nobody took cross as their own JSON text. */

import * as content from "../src/e2ee/formats/content"
import * as ijson from "../src/e2ee/formats/ijson"
import { isObject, type JsonObject, parse, stringify } from "../src/e2ee/formats/json"
import { describe, revive } from "./described"
import { base64, octetsOf, type Json, type Verbs } from "./wire"

/** The value with each `Map` in it as `{json: text}`, and without those that are empty. */
function withText(value: unknown): unknown {
  if (value instanceof Map) return value.size === 0 ? undefined : { json: stringify(value as JsonObject) }
  if (Array.isArray(value)) return value.map(withText)
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withText(each)]))
}

function withMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMaps)
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value
  if ("json" in value) return mapOf(value.json as string)
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withMaps(each)]))
}

function mapOf(text: string): JsonObject {
  const value = parse(text)
  if (!isObject(value)) throw new Error("the test gave no object")
  return value
}

export const messages: Verbs = {
  parse: ({ data }) => stringify(ijson.parse(octetsOf(data))),
  readContent: ({ data, local }) => describe(withText(content.decode(octetsOf(data), local as boolean))),
  wakes: ({ data }) => content.wakes(octetsOf(data)),
  writeContent: ({ value, local }) => base64(content.encode(made(value), local as boolean)),
  rewriteContent: ({ data, local }) =>
    base64(content.encode(content.decode(octetsOf(data), local as boolean), local as boolean)),
}

function made(value: Json | undefined): content.Content {
  return withMaps(revive(value, Number)) as content.Content
}
