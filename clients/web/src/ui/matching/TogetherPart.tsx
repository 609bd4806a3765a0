import type { MatchRoom, Together } from "../../state/match-models"
import type { Session } from "../../state/models"
import { Button } from "../parts/Button"
import { Facts } from "../parts/Facts"
import { problemText } from "../parts/problems"
import { Section } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { exactly } from "../times"
import { say as sayHere } from "../words"
import { Parting } from "./Parting"
import { planWords } from "./said"
import { TermsPart } from "./TermsPart"
import { matchProblem, say } from "./words"

export interface TogetherProps {
  readonly room: MatchRoom
  readonly together: Together
  /** Begins a conversation with somebody, if there is none. */
  readonly direct: Session["direct"]
}

/** Both said yes: what is left before the first meeting, the way to write, and the way apart. */
export function TogetherPart({ room, together, direct }: TogetherProps) {
  const { name, plan, isActive, mineAt, theirsAt } = together
  return (
    <Section title={say(isActive ? "together.active" : "together.preparing", { name })}>
      <Facts
        facts={[
          [say("consent.mine"), exactly(mineAt)],
          [say("consent.theirs"), exactly(theirsAt)],
        ]}
      />
      {planWords(plan).map((line) => (
        <p key={line}>{line}</p>
      ))}
      <TermsPart room={room} together={together} />
      {!isActive && <Before room={room} together={together} />}
      <Write together={together} direct={direct} />
      <Parting room={room} together={together} />
    </Section>
  )
}

function Write({ together: { name, conversation }, direct }: Pick<TogetherProps, "together" | "direct">) {
  const { busy, problem, ask } = useAsking()
  const begin = async () => {
    const begun = await ask(() => direct(name))
    if (begun.conversation !== undefined) go(`#/c/${begun.conversation}`)
  }
  if (conversation !== undefined)
    return (
      <p>
        <a class={css.name} href={`#/c/${conversation}`}>
          {say("together.write", { name })}
        </a>
      </p>
    )
  return (
    <>
      <p data-part="write">
        <Button disabled={busy} onClick={() => void begin()}>
          {busy ? sayHere("busy") : say("together.write", { name })}
        </Button>
      </p>
      {problem && <p role="alert">{problemText(problem)}</p>}
    </>
  )
}

/** Before the first meeting: how it works here, and somebody to call in an emergency, or nobody. */
function Before({ room, together }: Pick<TogetherProps, "room" | "together">) {
  const { relationship, iAmMentor, oriented, theyAreOriented, contact } = together
  const { busy, problem, ask } = useAsking()
  const choose = (choice: "named" | "declined") => void ask(() => room.contact(relationship, choice))
  return (
    <div class={css.rows} data-part="before">
      <h3>{say("before.title")}</h3>
      <ul role="list" class={css.rows}>
        <li class={css.sheet}>
          <h4>{say("orient.title")}</h4>
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
            <h4>{say("contact.title")}</h4>
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
    </div>
  )
}
