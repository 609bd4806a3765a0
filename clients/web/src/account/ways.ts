/**
 * The ways into an account's backup, as its devices keep them: pure changes of one value.
 *
 * A slot says only what kind it is, so `passkeys` says beside them which one a passkey
 * opens. A secret that is named there by nobody comes from the passphrase.
 */

import { MAX_SLOTS, type Slot } from "../e2ee/formats/key-slots"
import { equal } from "../e2ee/octets"
import { type BackupAccess, slotOf, storedSlot } from "./kept"

/** A passkey or the passphrase, with the slot that it opens. */
export interface Way {
  readonly slot: Slot
  /** Which passkey, in base64url; empty for the passphrase. */
  readonly passkey: string
}

export interface Ways {
  readonly words: boolean
  readonly passphrase: boolean
  /** Which passkeys, in base64url. */
  readonly passkeys: ReadonlySet<string>
}

type StoredSlot = BackupAccess["slots"][number]

/** Everything that opens the backup of this access. */
export function waysOf({ slots, passkeys }: BackupAccess): Ways {
  const named = [...passkeys].filter(([, salt]) => slots.some((slot) => equal(slot.salt, salt)))
  const kinds = slots.map((slot) => slotOf(slot).kind)
  return {
    words: kinds.includes("words"),
    passphrase: kinds.filter((kind) => kind === "secret").length > named.length,
    passkeys: new Set(named.map(([passkey]) => passkey)),
  }
}

/** Fresh words, in the place of those before; `lookup` is what they find the backup by. */
export function withWords(access: BackupAccess | undefined, slot: Slot, lookup: BackupAccess["lookup"]): BackupAccess {
  const others = (access?.slots ?? []).filter(({ kind }) => kind !== storedSlot(slot).kind)
  return { lookup, slots: [storedSlot(slot), ...others], passkeys: access?.passkeys ?? new Map() }
}

/**
 * A passkey or a passphrase beside what there is; the same access if its slot is there
 * already, as a page that was closed too early has put it. A passkey that had another slot
 * has this one alone. `lookup` is taken if there is no backup: nothing finds it by that,
 * since whoever comes by a passkey is told by the server where it is.
 */
export function withWay(
  access: BackupAccess | undefined,
  { slot, passkey }: Way,
  lookup: BackupAccess["lookup"],
): BackupAccess {
  if (access?.slots.some(({ key }) => equal(key, slot.key))) return access
  const known = access?.slots ?? []
  const before = access?.passkeys.get(passkey)
  const kept = known.filter(({ salt }) => before === undefined || !equal(salt, before))
  const words = kept.filter((each) => slotOf(each).kind === "words")
  const others = kept.filter((each) => !words.includes(each))
  // If there are too many, the oldest goes; never the words on paper.
  const slots = [...words, ...[...others, storedSlot(slot)].slice(words.length - MAX_SLOTS)]
  const named = passkey === "" ? [] : [[passkey, slot.salt] as const]
  return {
    lookup: access?.lookup ?? lookup,
    slots,
    passkeys: stillThere(new Map([...(access?.passkeys ?? []), ...named]), slots),
  }
}

/** Without the passkeys that are not among these; the same one if nothing goes, or nothing would be left. */
export function withoutOthers(access: BackupAccess, these: ReadonlySet<string>): BackupAccess {
  const gone = [...access.passkeys].filter(([passkey]) => !these.has(passkey))
  const slots = access.slots.filter(({ salt }) => !gone.some(([, other]) => equal(salt, other)))
  if (slots.length === 0 || slots.length === access.slots.length) return access
  return { lookup: access.lookup, slots, passkeys: stillThere(access.passkeys, slots) }
}

function stillThere(passkeys: BackupAccess["passkeys"], slots: readonly StoredSlot[]): BackupAccess["passkeys"] {
  return new Map([...passkeys].filter(([, salt]) => slots.some((slot) => equal(slot.salt, salt))))
}
