import { useState } from "preact/hooks"
import type { MatchRoom, Together } from "../../state/match-models"
import { Button } from "../parts/Button"
import { Confirm } from "../parts/Confirm"
import { Facts } from "../parts/Facts"
import { Section } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { exactly } from "../times"
import { say as sayHere } from "../words"
import { planWords } from "./said"
import { matchProblem, say } from "./words"

export interface TogetherProps {
  readonly room: MatchRoom
  readonly together: Together
  readonly stage: "preparing" | "active"
}

/** Both said yes: what is left before the first meeting, and the way to somebody else. */
export function TogetherPart({ room, together, stage }: TogetherProps) {
  const { relationship, name, plan, iAmMentor, mineAt, theirsAt, conversation } = together
  const [parts, setParts] = useState(false)
  return (
    <>
      <h2>{say(`together.${stage}`, { name })}</h2>
      <Facts
        facts={[
          [say("consent.mine"), exactly(mineAt)],
          [say("consent.theirs"), exactly(theirsAt)],
        ]}
      />
      {planWords(plan).map((line) => (
        <p key={line}>{line}</p>
      ))}
      <p class={css.faint}>{say("plan.change")}</p>
      {stage === "preparing" && <Before room={room} together={together} />}
      {conversation !== undefined && (
        <p>
          <a class={css.name} href={`#/c/${conversation}`}>
            {say("together.write", { name })}
          </a>
        </p>
      )}
      <Section title={say(iAmMentor ? "end.title" : "rematch.title")}>
        <p>{say(iAmMentor ? "end.text" : "rematch.text")}</p>
        <p>
          <Button onClick={() => setParts(true)}>{say(iAmMentor ? "end" : "rematch")}</Button>
        </p>
      </Section>
      {parts && (
        <Confirm
          title={say(iAmMentor ? "end.ask" : "rematch.ask")}
          label={say(iAmMentor ? "end" : "rematch")}
          run={() => room.rematch(relationship)}
          problemText={matchProblem}
          onClose={() => setParts(false)}
        >
          <p>{say(iAmMentor ? "end.then" : "rematch.then")}</p>
        </Confirm>
      )}
    </>
  )
}

/** Before the first meeting: how it works here, and somebody to call in an emergency, or nobody. */
function Before({ room, together }: Pick<TogetherProps, "room" | "together">) {
  const { relationship, iAmMentor, oriented, theyAreOriented, contact } = together
  const { busy, problem, ask } = useAsking()
  const choose = (choice: "named" | "declined") => void ask(() => room.contact(relationship, choice))
  return (
    <Section title={say("before.title")}>
      <ul role="list" class={css.rows}>
        <li class={css.sheet}>
          <h3>{say("orient.title")}</h3>
          <p>{say(iAmMentor ? "orient.text.mentor" : "orient.text")}</p>
          {oriented ? (
            <p>{say(theyAreOriented ? "orient.both" : "orient.mine")}</p>
          ) : (
            <p>
              <Button disabled={busy} onClick={() => void ask(() => room.orient(relationship))}>
                {busy ? sayHere("busy") : say("orient.do")}
              </Button>
            </p>
          )}
        </li>
        {!iAmMentor && (
          <li class={css.sheet}>
            <h3>{say("contact.title")}</h3>
            <p>{say("contact.text")}</p>
            {contact !== "open" && <p>{say(`contact.${contact}`)}</p>}
            <p class={css.line}>
              <Button disabled={busy} pressed={contact === "named"} onClick={() => choose("named")}>
                {say("contact.name")}
              </Button>
              <Button disabled={busy} pressed={contact === "declined"} onClick={() => choose("declined")}>
                {say("contact.decline")}
              </Button>
            </p>
          </li>
        )}
      </ul>
      {problem && <p role="alert">{matchProblem(problem)}</p>}
    </Section>
  )
}
