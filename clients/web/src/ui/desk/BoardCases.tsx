import type { BoardCase, Desk } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { timeOfDay } from "../times"
import { namesOf } from "../words"
import { Band, BANDS } from "./Band"
import css from "./Board.module.css"
import deskCss from "./Desk.module.css"
import { Facts } from "./Facts"
import { Bar } from "./Ring"
import { leftWords, sinceWords } from "./spans"
import { tierName } from "./tiers"
import { type DeskKey, deskProblem, say } from "./words"

export interface BoardCasesProps {
  readonly desk: Desk
  /** One's own handle. */
  readonly me: string
  readonly cases: readonly BoardCase[]
  readonly now: number
}

const isWaiting = ({ status }: BoardCase): boolean => status === "waiting" || status === "offered"

/** Who waits, by band, and who is being talked with. */
export function BoardCases({ desk, me, cases, now }: BoardCasesProps) {
  const waiting = cases.filter(isWaiting)
  const others = cases.filter((each) => !isWaiting(each))
  return (
    <>
      <section class={css.part}>
        <h2>{say("board.waiting", { count: waiting.length })}</h2>
        {waiting.length === 0 && <p class={deskCss.faint}>{say("board.waiting.none")}</p>}
        {BANDS.map((band) => {
          const own = waiting.filter((each) => each.band === band)
          return own.length === 0 ? null : <Rows key={band} desk={desk} me={me} cases={own} now={now} />
        })}
      </section>
      <section class={css.part}>
        <h2>{say("board.talking", { count: others.length })}</h2>
        {others.length === 0 && <p class={deskCss.faint}>{say("board.talking.none")}</p>}
        <Rows desk={desk} me={me} cases={others} now={now} />
      </section>
    </>
  )
}

function Rows({ desk, me, cases, now }: BoardCasesProps) {
  return (
    <ul role="list" class={css.cases}>
      {cases.map((each) => (
        <li key={each.case} class={css.case} data-case={each.case}>
          <Row desk={desk} me={me} held={each} now={now} />
        </li>
      ))}
    </ul>
  )
}

interface RowProps extends Omit<BoardCasesProps, "cases"> {
  readonly held: BoardCase
}

function Row({ desk, me, held, now }: RowProps) {
  const { busy, problem, ask } = useAsking()
  const join = async () => {
    const outcome = await ask(() => desk.join(held.case))
    if (outcome.done) go(`#/desk/case/${held.case}`)
  }
  const isPaged = held.paging.length > 0 && held.acked_by === ""
  // A second person agrees: not whoever wants to give it back.
  const wantsBack = held.return_reason !== "" && held.holder !== me
  return (
    <>
      <p class={deskCss.line}>
        <Band band={held.band} />
        <strong>{say(`state.${held.status}` as DeskKey)}</strong>
        <span class={deskCss.faint}>{sinceWords(held.opened_at, now)}</span>
      </p>
      {isWaiting(held) && <Bar begin={held.opened_at} until={held.accept_due_at} now={now} />}
      <Facts about={held} />
      <ul role="list" class={css.notes}>
        {notesOf(held, now).map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      {(held.asks_for_supervisor || isPaged || wantsBack) && (
        <p class={deskCss.line}>
          {held.asks_for_supervisor && (
            <Button look="main" disabled={busy} onClick={() => void join()}>
              {say("board.join")}
            </Button>
          )}
          {isPaged && (
            <Button disabled={busy} onClick={() => void ask(() => desk.acknowledge(held.case))}>
              {say("board.ack")}
            </Button>
          )}
          {wantsBack && (
            <Button disabled={busy} onClick={() => void ask(() => desk.agreeReturn(held.case))}>
              {say("board.agree")}
            </Button>
          )}
        </p>
      )}
      {!isWaiting(held) && (
        <p>
          <a href={`#/desk/override/${held.case}`}>{say("override.title")}</a>
        </p>
      )}
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </>
  )
}

/** Everything that is under way for a case, a sentence each. */
function notesOf(held: BoardCase, now: number): readonly string[] {
  const { paged_at: pagedAt, next_rung_at: nextAt } = held
  return [
    held.asked.length > 0 && say("board.asked", { names: namesOf(held.asked) }),
    held.holder !== null && say("board.holder", { name: held.holder }),
    held.guests.length > 0 && say("board.guests", { names: namesOf(held.guests) }),
    held.paging.length > 0 &&
      say("board.paging", {
        tiers: namesOf(held.paging.map(tierName)),
        time: pagedAt === null ? "–" : timeOfDay(new Date(pagedAt)),
      }),
    held.acked_by !== "" && say("board.acked", { name: held.acked_by }),
    nextAt !== null && say("board.next", { left: leftWords(nextAt, now) }),
    held.person_away_until !== null && say("board.person_away", { left: leftWords(held.person_away_until, now) }),
    held.responder_away_until !== null &&
      say("board.responder_away", { left: leftWords(held.responder_away_until, now) }),
    held.silence_level > 0 && say("board.silent"),
    held.asks_for_supervisor && say("board.asks"),
    held.back_up_advised && say("board.back_up"),
    held.return_reason !== "" && say("board.return", { name: held.holder ?? "–", reason: held.return_reason }),
    held.is_clustered && say("board.clustered"),
  ].filter((each) => typeof each === "string")
}
