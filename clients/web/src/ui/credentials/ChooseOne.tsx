import { useEffect, useState } from "preact/hooks"
import type { CredentialRoom, OwnCredential } from "../../state/credential-models"
import { standingOf } from "../../state/credential-rules"
import type { Outcome, Session } from "../../state/models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Dialog } from "../parts/Dialog"
import { useAsking } from "../parts/useAsking"
import { useLoaded } from "../parts/useLoaded"
import { say as sayHere } from "../words"
import { Asking } from "./Asking"
import { dayOfMoment } from "./said"
import { credentialProblem, nameOf, say } from "./words"

export interface ChooseOneProps {
  readonly rooms: Session["rooms"]
  /** Of whoever sees it then. */
  readonly name: string
  readonly onChosen: (jwt: string) => Promise<Outcome>
  readonly onClose: () => void
}

/** One of one's credentials that are valid now. None is chosen before somebody chooses. */
export function ChooseOne({ rooms, name, onChosen, onClose }: ChooseOneProps) {
  const room = useLoaded(() => rooms.credentials())?.held
  const [chosen, setChosen] = useState("")
  const { busy, problem, ask } = useAsking()
  const isThere = room?.list.value?.some(({ credential }) => credential === chosen) ?? false
  const show = async () => {
    if (room === undefined) return
    const { done } = await ask(async () => {
      const { copy, ...found } = await room.copy(chosen)
      return copy === undefined ? found : onChosen(copy.jwt)
    })
    if (done) onClose()
  }
  return (
    <Dialog
      title={say("asked.choose")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{sayHere("cancel")}</Button>
          <Button look="main" disabled={busy || !isThere} onClick={() => void show()}>
            {busy ? sayHere("busy") : say("asked.show", { name })}
          </Button>
        </>
      }
    >
      {room === undefined ? (
        <p role="status">{say("opening")}</p>
      ) : (
        <Valid room={room} chosen={chosen} onChange={setChosen} />
      )}
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </Dialog>
  )
}

interface ValidProps {
  readonly room: CredentialRoom
  readonly chosen: string
  readonly onChange: (credential: string) => void
}

function Valid({ room, chosen, onChange }: ValidProps) {
  const { busy, problem, ask } = useAsking()
  const list = room.list.value
  const look = () => void ask(() => room.look())
  useEffect(look, [room])
  if (list === undefined) return <Asking isOpen busy={busy} problem={problem} onAgain={look} />
  const valid = list.filter((each) => ["active", "expiring"].includes(standingOf(each, now.value)))
  if (valid.length === 0) return <p role="status">{say("asked.none")}</p>
  return (
    <Choice
      label={say("asked.which")}
      value={chosen}
      options={valid.map((each) => [each.credential, textOf(each)])}
      onChange={onChange}
    />
  )
}

function textOf({ type, validUntil }: OwnCredential): string {
  return `${nameOf(`type.${type}`, type)} · ${say("fact.until")} ${dayOfMoment(validUntil)}`
}
