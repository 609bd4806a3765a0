/** Text that people type, taken as the other side takes it. */

// What Python calls white space, so that both languages part a text alike.
const WHITE_SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/

/** What stands between white space. */
export function parted(text: string): string[] {
  return text.split(WHITE_SPACE).filter((part) => part !== "")
}
