/**
 * Records as the vault keeps them: JSON with octets in base64, checked by a shape.
 *
 * The form is private to this device. A field that a shape does not name is an earlier
 * version's and is passed over; one that came later stands in its shape with `absent`.
 */

import { type Shape, toJson } from "../protocol/shape"
import type { Put, Vault } from "../store/vault"

/** A record of `space`, to be written together with others. */
export function putRecord(space: string, record: unknown, name = "", position = 0): Put {
  return { space, name, position, value: new TextEncoder().encode(toJson(record)) }
}

/** The record at a place, if there is one. Throws `ShapeError`, `StoreDamaged`. */
export async function getRecord<T>(
  vault: Vault,
  shape: Shape<T>,
  space: string,
  name = "",
  position = 0,
): Promise<T | undefined> {
  const stored = await vault.get(space, name, position)
  return stored === undefined ? undefined : readRecord(shape, space, stored)
}

/** The records of every name in a space. */
export async function allRecords<T>(vault: Vault, shape: Shape<T>, space: string): Promise<T[]> {
  const names = await vault.names(space)
  const found = await Promise.all(names.map((name) => getRecord(vault, shape, space, name)))
  return found.filter((record) => record !== undefined)
}

/** A record that `putRecord` made. Throws `ShapeError`. */
export function readRecord<T>(shape: Shape<T>, space: string, stored: Uint8Array): T {
  return shape.read(JSON.parse(new TextDecoder().decode(stored)), space)
}
