import { useState } from "preact/hooks"
import {
  changed,
  freshRevision,
  isIncomplete,
  type Node,
  type PolicyRoom,
  type PolicyView,
  readDocument,
  textOf,
} from "../../state/supervise-models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Field } from "../parts/Field"
import { useAsking } from "../parts/useAsking"
import { wallOf } from "../session/moments"
import { BandForm } from "./BandForm"
import { Changes } from "./Changes"
import { BANDS, HOUSE, type HouseGroup } from "./fields"
import { HouseForm } from "./HouseForm"
import { LadderForm } from "./LadderForm"
import { textAt } from "./said"
import looks from "../desk/Desk.module.css"
import { Trial } from "./Trial"
import { say, superviseProblem } from "./words"

export interface DraftProps {
  readonly policy: PolicyRoom
  readonly view: PolicyView
}

/** Begins another wording with what is in force. */
export function begin(policy: PolicyRoom, view: PolicyView): void {
  const document = readDocument(view.document)
  if (document === undefined) return
  const used = [view.revision, ...view.history.map(({ revision }) => revision)]
  policy.write(changed(document, ["revision"], freshRevision(wallOf(now.value).day, used)))
}

/** Another wording, written here: changed, tried, and handed in with a signature. */
export function Draft({ policy, view, draft }: DraftProps & { readonly draft: Node }) {
  const inForce = readDocument(view.document)
  const isComplete = !isIncomplete(draft)
  const write = (next: Node) => policy.write(next)
  return (
    <>
      <section class={looks.rows} aria-label={say("draft.title")} data-part="draft">
        <h2>{say("draft.title")}</h2>
        <p class={looks.faint}>{say("draft.hint")}</p>
        {isComplete && <p class={looks.faint}>{say(policy.kept.value ? "draft.kept" : "draft.keeping")}</p>}
        {BANDS.map((name, band) => (
          <BandForm key={name} draft={draft} onChange={write} band={band} />
        ))}
        <LadderForm draft={draft} onChange={write} />
        {(Object.keys(HOUSE) as HouseGroup[]).map((group) => (
          <HouseForm key={group} draft={draft} onChange={write} group={group} />
        ))}
        {!isComplete && <p role="status">{say("draft.incomplete")}</p>}
      </section>
      <section class={looks.rows} data-part="changes">
        <h2>{say("changes.title")}</h2>
        {isComplete && inForce && <Changes before={inForce} after={draft} />}
        {!isComplete && <p class={looks.faint}>{say("draft.incomplete.changes")}</p>}
      </section>
      <Trial policy={policy} document={textOf(draft)} canTry={isComplete} />
      <HandIn policy={policy} view={view} draft={draft} isComplete={isComplete} />
    </>
  )
}

/** As the server takes it. */
const REVISION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

interface HandInProps extends DraftProps {
  readonly draft: Node
  readonly isComplete: boolean
}

/** Under the name of whoever answers for it. */
function HandIn({ policy, view, draft, isComplete }: HandInProps) {
  const [signer, setSigner] = useState(view.clinical_owner)
  const [day, setDay] = useState("")
  const { busy, problem, ask } = useAsking()
  const revision = textAt(draft, ["revision"])
  const isReady = isComplete && REVISION.test(revision) && signer.trim() !== "" && day !== ""
  return (
    <section class={looks.rows} data-part="hand-in">
      <h2>{say("hand_in.title")}</h2>
      <p class={looks.faint}>{say("hand_in.hint")}</p>
      <form
        class={looks.sheet}
        onSubmit={(event) => {
          event.preventDefault()
          if (isReady) void ask(() => policy.propose(signer.trim(), day))
        }}
      >
        <Field
          label={say("hand_in.revision")}
          hint={say("hand_in.revision.hint")}
          value={revision}
          onInput={(name) => policy.write(changed(draft, ["revision"], name))}
          maxLength={64}
          required
          literal
          autocomplete="off"
        />
        <Field
          label={say("hand_in.signer")}
          hint={say("hand_in.signer.hint")}
          value={signer}
          onInput={setSigner}
          maxLength={120}
          required
          autocomplete="off"
        />
        <Field label={say("hand_in.day")} type="date" value={day} onInput={setDay} required />
        {view.proposal !== null && <p>{say("hand_in.replaces", { revision: view.proposal.revision })}</p>}
        <p class={looks.line}>
          <Button type="submit" look="main" disabled={busy || !isReady}>
            {say("hand_in.do")}
          </Button>
          <Button disabled={busy} onClick={() => policy.write(undefined)}>
            {say("draft.discard")}
          </Button>
        </p>
        {problem && <p role="alert">{superviseProblem(problem)}</p>}
      </form>
    </section>
  )
}
