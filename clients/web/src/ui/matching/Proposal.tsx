import { useId, useState } from "preact/hooks"
import { MAX_LEAVE_OUT_CHARS } from "../../protocol/events"
import type { MatchQueue, ProposalWaiting, ProposedOption } from "../../state/match-models"
import { Button } from "../parts/Button"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { exactly } from "../times"
import { say as sayHere } from "../words"
import { Checks } from "../parts/Checks"
import { PointsPart } from "./PointsPart"
import { planWords } from "./said"
import { matchProblem, say } from "./words"

/** With fewer the proposal is closed. */
const FEWEST = 2

export interface ProposalProps {
  readonly queue: MatchQueue
  readonly shown: ProposalWaiting
  /** It goes from the list then, and the focus with it. */
  readonly onReleased: () => void
}

/** Who is proposed to somebody: to give them on, all or but for some. */
export function Proposal({ queue, shown, onReleased }: ProposalProps) {
  const { proposal, name, until, options } = shown
  const [leaveOut, setLeaveOut] = useState<readonly string[]>([])
  const [reason, setReason] = useState("")
  const { busy, problem, ask } = useAsking()
  const id = useId()
  const release = async () => {
    const { done } = await ask(() => queue.release(proposal, leaveOut.map(Number), reason.trim()))
    if (done) onReleased()
  }
  const isFew = options.length - leaveOut.length < FEWEST
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        void release()
      }}
    >
      <h3>
        <bdi>{name}</bdi>
      </h3>
      <p class={css.faint}>{say("until", { time: exactly(until) })}</p>
      {options.map((each) => (
        <Proposed key={each.option} shown={each} />
      ))}
      <Checks
        label={say("release.leave_out")}
        options={options.map((each) => [String(each.option), each.name])}
        chosen={leaveOut}
        onChange={setLeaveOut}
      />
      {leaveOut.length > 0 && (
        <div class={css.choose}>
          <label for={id}>{say("release.why")}</label>
          <p class={css.faint} id={`${id}-hint`}>
            {say("release.why.hint")}
          </p>
          <textarea
            id={id}
            dir="auto"
            rows={3}
            maxLength={MAX_LEAVE_OUT_CHARS}
            value={reason}
            aria-describedby={`${id}-hint`}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </div>
      )}
      {isFew && <p>{say("release.few")}</p>}
      <p>
        <Button
          type="submit"
          label={say(isFew ? "release.close.of" : "release.do.of", { name })}
          disabled={busy || (leaveOut.length > 0 && reason.trim() === "")}
        >
          {busy ? sayHere("busy") : say(isFew ? "release.close" : "release.do")}
        </Button>
      </p>
      {problem && <p role="alert">{matchProblem(problem)}</p>}
    </form>
  )
}

function Proposed({ shown: { name, lines, plan } }: { readonly shown: ProposedOption }) {
  return (
    <div class={css.part}>
      <h4>
        <bdi>{name}</bdi>
      </h4>
      <PointsPart name={name} lines={lines} />
      {planWords(plan).map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  )
}
