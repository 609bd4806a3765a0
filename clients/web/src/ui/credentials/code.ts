/**
 * Octets that fit a QR code of version 30 at level L (ISO/IEC 18004, table 7): 137 modules
 * a side, which a phone still reads from the screen of another phone.
 */
export const MOST_CODE_OCTETS = 1_732

/** Whether a signed credential can be shown as a code. */
export function fitsCode(jwt: string): boolean {
  return new TextEncoder().encode(jwt).length <= MOST_CODE_OCTETS
}
