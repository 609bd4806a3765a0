/** Octets that many entries of a structure share and that stand in it once. */

import type { Writer } from "./codec"
import { keyOf } from "../octets"

/** Octet strings in the order in which they first came: that is their place. */
export class Places {
  private readonly placeOf = new Map<string, number>()
  private readonly held: Uint8Array[] = []

  /** Undefined for octets that have none yet. */
  find(octets: Uint8Array): number | undefined {
    return this.placeOf.get(keyOf(octets))
  }

  /** The place that octets would get, or have. */
  next(octets: Uint8Array): number {
    return this.find(octets) ?? this.held.length
  }

  /** The place of octets, which from now on they have. */
  take(octets: Uint8Array): number {
    const place = this.next(octets)
    if (place === this.held.length) {
      this.held.push(octets)
      this.placeOf.set(keyOf(octets), place)
    }
    return place
  }

  /** All of them, each as `opaque<V>`. */
  write(writer: Writer): void {
    writer.vector(this.held, (inner, octets) => inner.opaque(octets))
  }
}
