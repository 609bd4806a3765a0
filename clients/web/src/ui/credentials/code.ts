/**
 * Octets that fit a QR code at all: version 40 at level L (ISO/IEC 18004, table 7), 177
 * modules a side. What this server signs is some 2,100, which are 153: drawn as wide as the
 * screen, a module is as large as three dots of a phone's screen and more.
 */
export const MOST_CODE_OCTETS = 2_953

/** Whether a signed credential can be shown as a code. */
export function fitsCode(jwt: string): boolean {
  return new TextEncoder().encode(jwt).length <= MOST_CODE_OCTETS
}
