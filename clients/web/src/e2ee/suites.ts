/** The suites spoken, by their number on the wire (RFC 9420 §17.1). */

/** MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 */
export const X25519_AES128GCM = 0x0001
/** MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 */
export const X25519_CHACHA20POLY1305 = 0x0003
/** X-Wing (ML-KEM-768 with X25519), AES-128-GCM, SHA-256, Ed25519; for private use. */
export const XWING_AES128GCM = 0xf07a

const NAMES = {
  [X25519_AES128GCM]: "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
  [X25519_CHACHA20POLY1305]: "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
  [XWING_AES128GCM]: "MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519",
} as const

export type SuiteName = (typeof NAMES)[keyof typeof NAMES]

export const SUITE_NAMES: readonly SuiteName[] = Object.values(NAMES)

/** The name of a suite that we speak, or undefined. */
export function suiteName(suite: number): SuiteName | undefined {
  return (NAMES as Record<number, SuiteName>)[suite]
}

/** The number of a suite that we speak, or undefined. */
export function suiteId(name: string): number | undefined {
  const found = Object.entries(NAMES).find(([, known]) => known === name)
  return found === undefined ? undefined : Number(found[0])
}

/** Whether a move to another suite gives up post-quantum confidentiality. */
export function isDowngrade(current: number, next: number): boolean {
  return current === XWING_AES128GCM && next !== XWING_AES128GCM
}
