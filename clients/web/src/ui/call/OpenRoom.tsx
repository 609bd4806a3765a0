import { useEffect, useState } from "preact/hooks"
import type { Calls, RoomKind } from "../../state/call-models"
import type { Member } from "../../state/models"
import { Button } from "../parts/Button"
import { Choice, Switch } from "../parts/Choice"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import css from "./Panel.module.css"
import { callProblem, isKey, say } from "./words"

export interface OpenRoomProps {
  readonly calls: Calls
  readonly conversation: string
  readonly members: readonly Member[]
}

/** For those who lead a circle: a room that people are let into, in the place of a call. */
export function OpenRoom({ calls, conversation, members }: OpenRoomProps) {
  const kinds = useKinds(calls)
  const [wanted, setWanted] = useState<string>()
  const [fits, setFits] = useState<ReadonlySet<string>>(new Set())
  const { busy, problem, ask } = useAsking()
  const chosen = kinds.find(({ name }) => name === wanted) ?? kinds[0]
  if (chosen === undefined) return null
  const others = members.filter(({ me }) => !me)
  const tick = (account: string, on: boolean) =>
    setFits(new Set(on ? [...fits, account] : [...fits].filter((each) => each !== account)))
  return (
    <Section title={say("open.title")}>
      <p>{say("open.lead")}</p>
      {kinds.length > 1 && (
        <Choice
          label={say("open.kind")}
          value={chosen.name}
          options={kinds.map(({ name }) => [name, kindWords(name)] as const)}
          onChange={setWanted}
        />
      )}
      <p class={css.faint}>{sizeOf(chosen)}</p>
      <fieldset class={css.fits}>
        <legend class={css.legend}>{say("open.fits")}</legend>
        <p class={css.faint}>{say("open.fits.hint")}</p>
        {others.map(({ account, handle }) => (
          <Switch key={account} label={handle} on={fits.has(account)} onChange={(on) => tick(account, on)} />
        ))}
      </fieldset>
      <p>
        <Button disabled={busy} onClick={() => void ask(() => calls.openRoom(conversation, chosen.name, [...fits]))}>
          {say("open.do")}
        </Button>
      </p>
      {problem && <p role="alert">{callProblem(problem)}</p>}
    </Section>
  )
}

function useKinds(calls: Calls): readonly RoomKind[] {
  const [kinds, setKinds] = useState<readonly RoomKind[]>([])
  useEffect(() => {
    let isWanted = true
    void calls.roomKinds().then((found) => isWanted && setKinds(found))
    return () => {
      isWanted = false
    }
  }, [calls])
  return kinds
}

function kindWords(name: string): string {
  const key = `kind.${name}`
  return isKey(key) ? say(key) : name
}

function sizeOf({ minutes, least, most }: RoomKind): string {
  return say("open.size", { minutes: say("minutes", { count: minutes }), least, most })
}
