/** Receipts of attendance: what is signed. */

import { receiptOctets } from "../src/call/attendance-text"
import type { CallRole } from "../src/protocol/events"
import { base64, type Json, octetsOf, type Verbs } from "./wire"

export const attendance: Verbs = {
  receiptOctets: ({ call, session, account, device, role, minutes, marks }) =>
    base64(
      receiptOctets({
        ...{ call: call as string, session: session as string | null },
        ...{ account: account as string, device: device as string, role: role as CallRole },
        ...{ minutes: minutes as number, marks: (marks as Json[]).map(octetsOf) },
      }),
    ),
}
