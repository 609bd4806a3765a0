import { useState } from "preact/hooks"
import type { Desk, DeskCase } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import { useAsking } from "../parts/useAsking"
import { isUrgent } from "./Band"
import css from "./Case.module.css"
import deskCss from "./Desk.module.css"
import { deskProblem, say } from "./words"

/** Warm: a colleague is asked first. Cold: back to the queue, where the case keeps its place. */
export function HandOver({ desk, held }: { readonly desk: Desk; readonly held: DeskCase }) {
  const [way, setWay] = useState<"warm" | "cold">("warm")
  const [name, setName] = useState("")
  const [reason, setReason] = useState("")
  const { busy, problem, ask } = useAsking()
  const team = desk.board.value?.responders.filter(({ duty }) => duty === "on") ?? []
  const submit = () => ask(() => (way === "warm" ? desk.handTo(held, name.trim()) : desk.giveBack(held, reason.trim())))
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Choice
        label={say("handover.how")}
        value={way}
        options={[
          ["warm", say("handover.warm")],
          ["cold", say("handover.cold")],
        ]}
        onChange={setWay}
      />
      <p class={deskCss.faint}>{say(`handover.${way}.hint`)}</p>
      {way === "cold" && (
        <Field
          label={say("reason")}
          hint={say("reason.hint")}
          value={reason}
          onInput={setReason}
          required
          maxLength={500}
        />
      )}
      {way === "warm" && (
        <Field label={say("handover.to")} value={name} onInput={setName} required literal autocomplete="off" />
      )}
      {way === "warm" && team.length > 0 && (
        <p class={deskCss.line}>
          {team.map(({ handle }) => (
            <Button key={handle} onClick={() => setName(handle)}>
              <bdi>{handle}</bdi>
            </Button>
          ))}
        </p>
      )}
      <Button type="submit" disabled={busy}>
        {say(way === "warm" ? "handover.ask" : isUrgent(held.band) ? "handover.ask_return" : "handover.give_back")}
      </Button>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </form>
  )
}
