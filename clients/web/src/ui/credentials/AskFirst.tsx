import type { Outcome } from "../../state/models"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { useAsking } from "../parts/useAsking"
import { say as sayHere } from "../words"
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
  const { busy, problem, ask } = useAsking()
  const go = async () => {
    const { done } = await ask(run)
    if (done) onClose()
  }
  return (
    <Dialog
      title={say(title)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{sayHere("cancel")}</Button>
          <Button look="main" disabled={busy} onClick={() => void go()}>
            {busy ? sayHere("busy") : say(label)}
          </Button>
        </>
      }
    >
      <p>{say(text)}</p>
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </Dialog>
  )
}
