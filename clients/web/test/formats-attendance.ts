/** Receipts of attendance, claims of two, and credentials that are shown: what is signed. */

import { receiptOctets } from "../src/call/attendance-text"
import { claimOctets } from "../src/chat/claims"
import * as credentialProof from "../src/e2ee/formats/credential-proof"
import { signatureKeyPair } from "../src/e2ee/formats/ed25519"
import type { CallRole, ClaimKind } from "../src/protocol/events"
import { base64, type Fields, type Json, octetsOf, type Verbs } from "./wire"

const placeOf = ({ nonce, account, device, exported }: Fields): credentialProof.ShownPlace => ({
  ...{ nonce: octetsOf(nonce), account: octetsOf(account) },
  ...{ device: octetsOf(device), exported: octetsOf(exported) },
})

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
  proveCredential: (fields) =>
    credentialProof.prove(fields.jwt as string, placeOf(fields), signatureKeyPair(octetsOf(fields.seed))),
  provesCredential: (fields) =>
    credentialProof.proves(
      ...([fields.sig as string, fields.jwt as string, placeOf(fields), octetsOf(fields.holder)] as const),
    ),
}
