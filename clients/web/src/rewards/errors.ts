/** A document about rewards that is none; the code says why. */
export class Malformed extends Error {
  constructor(readonly code: string) {
    super(code)
  }
}
