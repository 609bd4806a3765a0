import { useState } from "preact/hooks"
import type { Desk, DeskCase, FollowUpWish } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { Band } from "./Band"
import css from "./Case.module.css"
import deskCss from "./Desk.module.css"
import { Notes } from "./Notes"
import { Ring } from "./Ring"
import { type DeskKey, deskProblem, say } from "./words"

/** How a conversation ended, as the desk counts it; nothing of what was said. */
const OUTCOMES = ["completed", "referred", "declined", "lost_contact", "emergency"] as const
const WISHES = ["yes", "declined", "unsafe"] as const
const WRAP_UP_MS = 600_000

/** Summing up: the list, how it ended, and whether somebody asks how the person is. */
export function WrapUp({ desk, held }: { readonly desk: Desk; readonly held: DeskCase }) {
  const [ended, setEnded] = useState<(typeof OUTCOMES)[number]>("completed")
  const [wish, setWish] = useState<FollowUpWish>()
  const [isMissing, setMissing] = useState(false)
  const { busy, problem, ask } = useAsking()
  const until = held.wrap_up_until
  const save = () => {
    const isUndecided = held.follow_up_required && wish === undefined
    setMissing(isUndecided)
    if (!isUndecided) void ask(() => desk.wrapUp(held, ended, wish))
  }
  return (
    <div class={css.scroll}>
      <Screen title={say("wrap.title")} back="#/desk">
        <p class={deskCss.line}>
          <Band band={held.band} />
          {until !== null && <Ring begin={until - WRAP_UP_MS} until={until} now={desk.now.value} />}
        </p>
        <p class={deskCss.faint}>{say("wrap.hint")}</p>
        <Section title={say("notes.title")}>
          <Notes key={held.case} desk={desk} held={held.case} />
        </Section>
        <Choice
          label={say("wrap.outcome")}
          value={ended}
          options={OUTCOMES.map((each) => [each, say(`outcome.${each}` as DeskKey)] as const)}
          onChange={setEnded}
        />
        <Choice
          label={say(held.follow_up_required ? "wrap.follow_up" : "wrap.follow_up.if_wanted")}
          value={wish ?? ""}
          options={WISHES.map((each) => [each, say(`wish.${each}` as DeskKey)] as const)}
          onChange={(value) => setWish(WISHES.find((each) => each === value))}
        />
        {isMissing && <p role="alert">{say("wrap.follow_up.missing")}</p>}
        {problem && <p role="alert">{deskProblem(problem)}</p>}
        <p>
          <Button look="main" disabled={busy} onClick={save}>
            {say("wrap.save")}
          </Button>
        </p>
      </Screen>
    </div>
  )
}
