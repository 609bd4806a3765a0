/** The log of the desk: a whole one at a time, line by line as it is exported. */

import { canonical, readRow, verify } from "../src/desk/audit"
import { base64, type Verbs } from "./wire"

export const deskLog: Verbs = {
  canonicalRow: ({ line }) => {
    const row = readRow(line as string)
    return row === undefined ? null : base64(canonical(row))
  },
  verifyLog: ({ lines, head }) => {
    const broken = verify(lines as string[], (head ?? undefined) as string | undefined)
    return broken === undefined ? null : { place: broken.place, flaw: broken.flaw }
  },
}
