import type { Crisis } from "../../state/crisis-models"
import { country } from "../help/countries"
import { Button } from "../parts/Button"
import { Section } from "../parts/Screen"
import { useEffect } from "preact/hooks"
import { say, words } from "../words"

/** From within a circle, without a word to the others. */
export function NotOkay({ crisis }: { readonly crisis: Crisis }) {
  const stage = crisis.stage.value
  const isIdle = stage === "start" || stage === "over"
  useEffect(() => crisis.lookForDesk(), [crisis])
  if (crisis.desk.value === "none") return null
  return (
    <Section title={say("crisis.quiet.title")}>
      <p>{say("crisis.quiet.text")}</p>
      <p role="status">{!isIdle && say("crisis.quiet.done")}</p>
      {isIdle && (
        <p>
          <Button onClick={() => crisis.ask(words().language, country.peek())}>{say("crisis.quiet.do")}</Button>
        </p>
      )}
    </Section>
  )
}
