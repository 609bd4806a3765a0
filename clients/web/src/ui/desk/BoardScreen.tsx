import { useEffect } from "preact/hooks"
import type { BoardView, Desk } from "../../state/desk-models"
import type { Session } from "../../state/models"
import { Back, Heading } from "../parts/Screen"
import { timeOfDay } from "../times"
import { words } from "../words"
import { BoardCases } from "./BoardCases"
import { Drill } from "./Drill"
import { Figures } from "./Figures"
import css from "./Board.module.css"
import deskCss from "./Desk.module.css"
import { span } from "./spans"
import { Team } from "./Team"
import { Tiers } from "./Tiers"
import { Uncovered } from "./Uncovered"
import { say } from "./words"

/** How long the proof that the desk works may be old before it is said. */
const PROOF_LATE_MS = 15 * 60_000

/** What supervisors look at: no names of persons, and nobody compared with anybody. */
export function BoardScreen({ session, desk }: { readonly session: Session; readonly desk: Desk }) {
  useEffect(() => desk.watchBoard(), [desk])
  const board = desk.board.value
  const now = desk.now.value
  const me = session.me.handle
  return (
    <div class={css.board}>
      <div class={css.top}>
        <Back to="#/desk" />
        <Heading>{say("board.title")}</Heading>
        {board && <p class={deskCss.faint}>{say("board.at", { time: timeOfDay(new Date(board.now)) })}</p>}
      </div>
      {board === undefined ? (
        <p role="status">{say("opening")}</p>
      ) : (
        <>
          <Standing board={board} now={now} />
          <BoardCases desk={desk} me={me} cases={board.cases} now={now} />
          <div class={css.stack}>
            <Uncovered board={board} />
            <Tiers tiers={board.tiers} />
            <Drill begin={(band) => session.crisis.drill(band)} tiers={board.tiers} />
          </div>
          <Team desk={desk} me={me} team={board.responders} now={now} />
          <Figures spans={board.spans} />
        </>
      )}
    </div>
  )
}

/** The few numbers that say whether the next person is answered in time. */
function Standing({ board, now }: { readonly board: BoardView; readonly now: number }) {
  const needed = board.staff_needed
  const isProofLate = board.canary_at !== null && now - board.canary_at > PROOF_LATE_MS
  return (
    <section class={css.standing} aria-label={say("board.standing")}>
      <Tile name={say("board.capacity")} value={board.urgent_capacity_left}>
        {board.urgent_capacity_left === 0 ? say("board.capacity.none") : say("board.capacity.some")}
      </Tile>
      <Tile name={say("board.staff")} value={board.staff_present}>
        {needed === null ? say("board.staff.unknown") : say("board.staff.needed", { count: needed })}
      </Tile>
      <Tile name={say("board.followups")} value={board.follow_ups_due}>
        {say("board.followups.overdue", { count: board.follow_ups_overdue })}
      </Tile>
      <Tile name={say("board.surge")} value={say(board.is_surge ? "board.surge.on" : "board.surge.off")}>
        {board.is_surge ? board.surge_why : say("board.surge.calm")}
      </Tile>
      <Tile
        name={say("board.proof")}
        value={board.canary_at === null ? say("board.proof.none") : timeOfDay(new Date(board.canary_at))}
      >
        {board.canary_at === null
          ? say("board.proof.never")
          : isProofLate
            ? say("board.proof.late", { time: ago(board.canary_at, now) })
            : say("board.proof.ago", { time: ago(board.canary_at, now) })}
      </Tile>
      {board.spooled > 0 && (
        <Tile name={say("board.spooled")} value={board.spooled}>
          {say("board.spooled.hint")}
        </Tile>
      )}
      {board.overrides_unconfirmed > 0 && (
        <Tile name={say("board.overrides")} value={board.overrides_unconfirmed}>
          {say("board.overrides.hint")} <a href="#/desk/overrides">{say("override.look")}</a>
        </Tile>
      )}
    </section>
  )
}

const ago = (at: number, now: number): string => span(Math.max(0, now - at) / 1_000)

interface TileProps {
  readonly name: string
  readonly value: number | string
  readonly children: preact.ComponentChildren
}

function Tile({ name, value, children }: TileProps) {
  return (
    <div class={css.tile}>
      <p class={css.name}>{name}</p>
      <p class={css.value}>{typeof value === "number" ? words().number(value) : value}</p>
      <p class={deskCss.faint}>{children}</p>
    </div>
  )
}
