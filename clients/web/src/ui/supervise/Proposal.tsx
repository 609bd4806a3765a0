import { useState } from "preact/hooks"
import { type PolicyProposal, type PolicyRoom, readDocument } from "../../state/supervise-models"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { Notice } from "../parts/Notice"
import { useAsking } from "../parts/useAsking"
import { shortly } from "../times"
import { say as sayHere } from "../words"
import { Changes } from "./Changes"
import { Findings } from "./Findings"
import { calendarDay } from "./said"
import looks from "../desk/Desk.module.css"
import { Trial } from "./Trial"
import { say, superviseProblem } from "./words"

export interface ProposalProps {
  readonly policy: PolicyRoom
  readonly proposal: PolicyProposal
  /** In force. */
  readonly document: string
}

/** What waits for a second supervisor, with everything that it would change. */
export function Proposal({ policy, proposal, document }: ProposalProps) {
  const [isAsked, setAsked] = useState(false)
  const { busy, problem, ask } = useAsking()
  const [before, after] = [readDocument(document), readDocument(proposal.document)]
  const isBarred = proposal.findings.some(({ weight }) => weight === "error")
  const adopt = async () => {
    const outcome = await ask(() => policy.adopt(proposal))
    if (outcome.done) setAsked(false)
  }
  return (
    <section class={looks.rows} data-part="proposal">
      <h2>{say("proposal.title", { revision: proposal.revision })}</h2>
      <p>
        {proposal.proposed_by === null
          ? say("proposal.by_nobody", { time: shortly(new Date(proposal.proposed_at)) })
          : say("proposal.by", { name: proposal.proposed_by, time: shortly(new Date(proposal.proposed_at)) })}{" "}
        {say("signed", { name: proposal.signed_by, day: calendarDay(proposal.signed_on) })}
      </p>
      <h3>{say("changes.title")}</h3>
      {before && after ? <Changes before={before} after={after} /> : <p>{say("unreadable")}</p>}
      <Findings findings={proposal.findings} />
      {proposal.is_mine ? (
        <Notice look="plain">
          <p>{say("proposal.mine")}</p>
        </Notice>
      ) : (
        isBarred && <p>{say("proposal.barred")}</p>
      )}
      <p class={looks.line}>
        {!proposal.is_mine && (
          <Button look="main" disabled={busy || isBarred} onClick={() => setAsked(true)}>
            {say("proposal.adopt")}
          </Button>
        )}
        <Button disabled={busy} onClick={() => void ask(() => policy.discard())}>
          {say(proposal.is_mine ? "proposal.take_back" : "proposal.discard")}
        </Button>
      </p>
      {problem && <p role="alert">{superviseProblem(problem)}</p>}
      <details class={looks.more}>
        <summary>{say("trial.title")}</summary>
        <Trial policy={policy} document={proposal.document} canTry />
      </details>
      {isAsked && (
        <Dialog
          title={say("adopt.title", { revision: proposal.revision })}
          onClose={() => setAsked(false)}
          actions={
            <>
              <Button onClick={() => setAsked(false)}>{sayHere("cancel")}</Button>
              <Button look="main" disabled={busy} onClick={() => void adopt()}>
                {say("proposal.adopt")}
              </Button>
            </>
          }
        >
          <p>{say("adopt.what")}</p>
          <p>{say("adopt.open")}</p>
          {problem && <p role="alert">{superviseProblem(problem)}</p>}
        </Dialog>
      )}
    </section>
  )
}
