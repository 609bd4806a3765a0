import { useEffect, useRef, useState } from "preact/hooks"
import type { CredentialRoom, OwnCredential } from "../../state/credential-models"
import { standingOf } from "../../state/credential-rules"
import type { Outcome, Session } from "../../state/models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { useAsking } from "../parts/useAsking"
import { useLoaded } from "../parts/useLoaded"
import { say as sayHere } from "../words"
import { Asking } from "./Asking"
import css from "./Credentials.module.css"
import { dayOfMoment } from "./said"
import { credentialProblem, nameOf, say } from "./words"

export interface ChooseOneProps {
  readonly rooms: Session["rooms"]
  /** Of whoever sees it then. */
  readonly name: string
  readonly onChosen: (jwt: string) => Promise<Outcome>
}

/** One of one's credentials that are valid now. None is chosen before somebody chooses. */
export function ChooseOne({ rooms, ...rest }: ChooseOneProps) {
  const loaded = useLoaded(() => rooms.credentials())
  return loaded === undefined ? <p role="status">{say("opening")}</p> : <Valid room={loaded.held} {...rest} />
}

interface ValidProps extends Omit<ChooseOneProps, "rooms"> {
  readonly room: CredentialRoom
}

function Valid({ room, name, onChosen }: ValidProps) {
  const { busy, problem, ask } = useAsking()
  const list = room.list.value
  const look = () => void ask(() => room.look())
  useEffect(look, [room])
  if (list === undefined) return <Asking isOpen busy={busy} problem={problem} onAgain={look} />
  const valid = list.filter((each) => ["active", "expiring"].includes(standingOf(each, now.value)))
  return valid.length === 0 ? (
    <p role="status">{say("asked.none")}</p>
  ) : (
    <Form room={room} valid={valid} name={name} onChosen={onChosen} />
  )
}

interface FormProps extends ValidProps {
  readonly valid: readonly OwnCredential[]
}

function Form({ room, valid, name, onChosen }: FormProps) {
  const [chosen, setChosen] = useState("")
  const { busy, problem, ask } = useAsking()
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector("input")?.focus(), [])
  const isThere = valid.some(({ credential }) => credential === chosen)
  const show = () =>
    ask(async () => {
      const { copy, ...found } = await room.copy(chosen)
      return copy === undefined ? found : onChosen(copy.jwt)
    })
  return (
    <form
      ref={form}
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (isThere) void show()
      }}
    >
      <Choice
        label={say("asked.which")}
        value={chosen}
        options={valid.map((each) => [each.credential, textOf(each)])}
        onChange={setChosen}
      />
      <p>
        <Button type="submit" disabled={busy || !isThere}>
          {busy ? sayHere("busy") : say("asked.show", { name })}
        </Button>
      </p>
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </form>
  )
}

function textOf({ type, validUntil }: OwnCredential): string {
  return `${nameOf(`type.${type}`, type)} · ${say("fact.until")} ${dayOfMoment(validUntil)}`
}
