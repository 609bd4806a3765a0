import { useEffect } from "preact/hooks"
import {
  at,
  type Node,
  type PolicyRevision,
  type PolicyRoom,
  readDocument,
  type Rung,
} from "../../state/supervise-models"
import { Band } from "../desk/Band"
import { Button } from "../parts/Button"
import { Back, Heading } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { begin, Draft } from "./Draft"
import { BANDS } from "./fields"
import { Findings } from "./Findings"
import { Proposal } from "./Proposal"
import { calendarDay, exactly, momentOf, numberAt, percent, rungWords } from "./said"
import looks from "../desk/Desk.module.css"
import css from "./Supervise.module.css"
import { Table } from "./Trial"
import { say, superviseProblem } from "./words"

/** What the desk promises; who changes it, who agrees, and what would come of it. */
export function PolicyScreen({ policy }: { readonly policy: PolicyRoom }) {
  const { problem, ask } = useAsking()
  useEffect(() => void ask(() => policy.look()), [policy])
  const view = policy.view.value
  const draft = policy.draft.value
  return (
    <div class={css.screen}>
      <div class={css.top}>
        <Back to="#/desk" />
        <Heading>{say("policy.title")}</Heading>
      </div>
      {problem && <p role="alert">{superviseProblem(problem)}</p>}
      {view === undefined ? (
        !problem && <p role="status">{say("asking")}</p>
      ) : (
        <>
          {view.proposal && (
            // Its questions begin anew with another one.
            <Proposal
              key={view.proposal.document_hash}
              policy={policy}
              proposal={view.proposal}
              document={view.document}
            />
          )}
          <InForce revision={view.revision} told={view.history[0]} document={readDocument(view.document)}>
            <Findings findings={view.findings} />
            {draft === undefined && (
              <p>
                <Button look={view.proposal === null ? "main" : "plain"} onClick={() => begin(policy, view)}>
                  {say("draft.begin")}
                </Button>
              </p>
            )}
          </InForce>
          {draft && <Draft policy={policy} view={view} draft={draft} />}
          <History history={view.history} />
        </>
      )}
    </div>
  )
}

interface InForceProps {
  readonly revision: string
  /** How it came to be; undefined where nothing is known of it. */
  readonly told: PolicyRevision | undefined
  readonly document: Node | undefined
  readonly children: preact.ComponentChildren
}

function InForce({ revision, told, document, children }: InForceProps) {
  return (
    <section class={looks.rows} data-part="in-force">
      <h2>{say("in_force.title", { revision })}</h2>
      {told && <p class={looks.faint}>{cameToBe(told)}</p>}
      {document === undefined ? (
        <p>{say("unreadable")}</p>
      ) : (
        <>
          <Table
            name={say("in_force.table")}
            heads={[say("in_force.accept"), say("in_force.share"), say("in_force.reply")]}
          >
            {BANDS.map((name, band) => (
              <tr key={name}>
                <th scope="row">
                  <Band band={band} />
                </th>
                <td>{exactly(numberAt(document, ["bands", name, "accept_seconds"]) ?? 0)}</td>
                <td>{percent(numberAt(document, ["bands", name, "objective_percent"]) ?? 0)}</td>
                <td>{exactly(numberAt(document, ["bands", name, "reply_seconds"]) ?? 0)}</td>
              </tr>
            ))}
          </Table>
          <details class={looks.more}>
            <summary>{say("ladder.title")}</summary>
            <ol>
              {(at(document, ["ladder"]) as readonly Rung[]).map((rung) => (
                <li key={rung.at_percent}>{rungWords(rung)}</li>
              ))}
            </ol>
          </details>
        </>
      )}
      {children}
    </section>
  )
}

/** What was in force before, the newest first. */
function History({ history }: { readonly history: readonly PolicyRevision[] }) {
  return (
    <section class={looks.rows} data-part="history">
      <h2>{say("history.title")}</h2>
      {history.length === 0 && <p class={looks.faint}>{say("history.none")}</p>}
      <ol role="list" class={looks.rows}>
        {history.map((each) => (
          <li key={`${each.revision} ${each.adopted_at ?? ""}`} class={looks.sheet}>
            <strong>{each.revision}</strong>
            <p>{cameToBe(each)}</p>
          </li>
        ))}
      </ol>
    </section>
  )
}

function cameToBe(told: PolicyRevision): string {
  const { adopted_at: adoptedAt, proposed_by: proposer, adopted_by: adopter } = told
  const said = [
    adoptedAt === null ? say("history.from_start") : say("history.since", { time: momentOf(new Date(adoptedAt)) }),
    proposer !== null && say("history.proposed", { name: proposer }),
    adopter !== null && say("history.adopted", { name: adopter }),
    told.signed_by !== "" && say("signed", { name: told.signed_by, day: calendarDay(told.signed_on) }),
  ]
  return said.filter((each) => typeof each === "string").join(" ")
}
