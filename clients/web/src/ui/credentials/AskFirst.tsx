import type { Outcome } from "../../state/models"
import { Confirm } from "../parts/Confirm"
import { credentialProblem, type CredentialKey, say } from "./words"

export interface AskFirstProps {
  readonly title: CredentialKey
  readonly text: CredentialKey
  readonly label: CredentialKey
  readonly run: () => Promise<Outcome>
  readonly onClose: () => void
}

/** What happens if it is pressed, before it is. */
export function AskFirst({ title, text, label, run, onClose }: AskFirstProps) {
  return (
    <Confirm title={say(title)} label={say(label)} run={run} problemText={credentialProblem} onClose={onClose}>
      <p>{say(text)}</p>
    </Confirm>
  )
}
