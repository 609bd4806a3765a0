import { useState } from "preact/hooks"
import type { Seal } from "../../state/models"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import { say } from "../words"

export const LEAST_PASSPHRASE = 12

export interface SealState {
  readonly kind: Seal["kind"]
  readonly passphrase: string
}

/** How this device will be opened: what `SealChoice` edits. */
export function useSeal(passkeys: boolean) {
  return useState<SealState>({ kind: passkeys ? "passkey" : "passphrase", passphrase: "" })
}

export function sealOf({ kind, passphrase }: SealState): Seal {
  return kind === "passkey" ? { kind } : { kind, passphrase }
}

/** Why it cannot be used yet, in words. */
export function sealProblem({ kind, passphrase }: SealState): string | undefined {
  return kind === "passphrase" && passphrase.length < LEAST_PASSPHRASE
    ? say("seal.short", { count: LEAST_PASSPHRASE })
    : undefined
}

export interface SealChoiceProps {
  readonly passkeys: boolean
  readonly seal: SealState
  readonly onChange: (seal: SealState) => void
  readonly problem?: string | undefined
}

/** A passkey or a passphrase. */
export function SealChoice({ passkeys, seal, onChange, problem }: SealChoiceProps) {
  return (
    <>
      {passkeys && (
        <Choice
          label={say("seal.title")}
          value={seal.kind}
          options={[
            ["passkey", say("seal.passkey")],
            ["passphrase", say("seal.passphrase")],
          ]}
          onChange={(kind) => onChange({ ...seal, kind })}
        />
      )}
      {seal.kind === "passkey" ? (
        <p>{say("seal.passkey.hint")}</p>
      ) : (
        <Field
          label={say("seal.passphrase")}
          hint={say("seal.passphrase.hint")}
          type="password"
          autocomplete="new-password"
          value={seal.passphrase}
          onInput={(passphrase) => onChange({ ...seal, passphrase })}
          problem={problem}
        />
      )}
    </>
  )
}
