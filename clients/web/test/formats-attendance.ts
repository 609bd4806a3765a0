/** Receipts of attendance, and claims of two: what is signed. */

import { receiptOctets } from "../src/call/attendance-text"
import { claimOctets } from "../src/chat/claims"
import type { CallRole, ClaimKind } from "../src/protocol/events"
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
  claimOctets: ({ conversation, kind, ref, day }) =>
    base64(
      claimOctets({
        ...{ conversation: conversation as string, kind: kind as ClaimKind },
        ...{ ref: octetsOf(ref), day: day as number },
      }),
    ),
}
