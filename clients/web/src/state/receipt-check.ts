/** Computes a receipt again on this device, from the receipt and the policy that it names. */

import { Malformed } from "../rewards/errors"
import { openPack, type Pack } from "../rewards/packs"
import { type Flaw, flaws, readReceipt, type Receipt, receiptText, subjectOf } from "../rewards/receipt"
import type { ReceiptPapers } from "./reward-models"

export type Checked =
  | { readonly kind: "checked"; readonly receipt: Receipt; readonly pack: Pack }
  /** What does not come out the same. */
  | { readonly kind: "flawed"; readonly receipt: Receipt; readonly pack: Pack; readonly flaws: readonly Flaw[] }
  /** There is nothing to compute with: the receipt or the policy is not in order. */
  | { readonly kind: "unreadable" }

export function checkReceipt(papers: ReceiptPapers, policyKey: string): Checked {
  try {
    const receipt = readReceipt(papers.document)
    const pack = openPack(papers.pack, policyKey)
    const found = [...flaws(receipt, pack), ...subjectFlaws(receipt, papers)]
    return found.length === 0 ? { kind: "checked", receipt, pack } : { kind: "flawed", receipt, pack, flaws: found }
  } catch (error) {
    if (error instanceof Malformed) return { kind: "unreadable" }
    throw error
  }
}

function subjectFlaws(receipt: Receipt, { document, event, beneficiary }: ReceiptPapers): readonly Flaw[] {
  const isOurs = isHex(receipt.salt) && subjectOf(receipt.salt, event, beneficiary) === receipt.subject
  // What was hashed is the canonical text: another text of the same is another receipt.
  return isOurs && receiptText(receipt) === document ? [] : ["subject"]
}

const isHex = (text: string) => /^(?:[0-9a-f]{2})+$/.test(text)
