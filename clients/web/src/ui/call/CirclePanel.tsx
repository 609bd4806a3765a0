import { useState } from "preact/hooks"
import type { Agenda, Circle, Participant, TalkingPiece } from "../../state/call-models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { duration } from "../times"
import { minutesSince, minutesUntil, useSeconds } from "./clock"
import css from "./Panel.module.css"
import type { PanelProps } from "./People"
import { type CallKey, say, sayOr } from "./words"

/** The agenda, the talking piece and who guides: seen by all, moved by those who lead. */
export function CirclePanel({ room, asking }: PanelProps) {
  const { circle } = room
  if (circle === undefined) return null
  const agenda = circle.agenda.value
  return (
    <>
      {agenda && <Phases circle={circle} agenda={agenda} asking={asking} />}
      <Piece circle={circle} room={room} asking={asking} />
      <Guides people={room.people.value} />
    </>
  )
}

interface PhasesProps extends Omit<PanelProps, "room"> {
  readonly circle: Circle
  readonly agenda: Agenda
}

function Phases({ circle, agenda, asking }: PhasesProps) {
  const next = agenda.phases[agenda.at + 1]
  const mayMove = circle.powers.value.has("phase")
  return (
    <section class={css.part}>
      <h3>{say("circle.phases")}</h3>
      <ol role="list" class={css.rows}>
        {agenda.phases.map(({ name, minutes }, index) => (
          <li key={index} class={css.row} data-now={index === agenda.at}>
            <span class={css.grow} aria-current={index === agenda.at ? "step" : undefined}>
              <span>{sayOr(`phase.${name}`, "phase.other")}</span>
              <span class={css.faint}>{say("minutes", { count: minutes })}</span>
            </span>
            {index < agenda.at && <span class={css.faint}>{say("circle.phase.past")}</span>}
            {index === agenda.at && <span class={css.faint}>{phaseTime(agenda.endsAt, agenda.isOver)}</span>}
          </li>
        ))}
      </ol>
      {agenda.isOver && <p class={css.faint}>{say("circle.phase.uncut")}</p>}
      {mayMove && (
        <div class={css.acts}>
          {next && (
            <Button look="main" onClick={() => void asking.ask(() => circle.nextPhase())}>
              {say("circle.phase.next", { phase: sayOr(`phase.${next.name}`, "phase.other") })}
            </Button>
          )}
          {agenda.at >= 0 && (
            <Button onClick={() => void asking.ask(() => circle.extend(EXTENSION_MINUTES))}>
              {say("circle.phase.extend", { count: EXTENSION_MINUTES })}
            </Button>
          )}
        </div>
      )}
    </section>
  )
}

const EXTENSION_MINUTES = 5

/** "4 minutes left", "2 minutes longer than planned". */
export function phaseTime(endsAt: Date | undefined, isOver: boolean): string {
  if (endsAt === undefined) return ""
  return isOver
    ? say("circle.phase.over", { count: minutesSince(endsAt) })
    : say("time.left", { count: minutesUntil(endsAt) })
}

interface PieceProps extends PanelProps {
  readonly circle: Circle
}

function Piece({ circle, room, asking }: PieceProps) {
  const piece = circle.piece.value
  const mayMove = circle.powers.value.has("piece")
  if (piece === undefined && !mayMove) return null
  return (
    <section class={css.part}>
      <h3>{say("piece.title")}</h3>
      {piece === undefined ? (
        <StartPiece circle={circle} asking={asking} />
      ) : (
        <div class={css.sheet}>
          <p class={css.strong}>{piece.isMine ? say("piece.yours") : say("piece.holder", { name: piece.handle })}</p>
          <Turn piece={piece} />
          <Next piece={piece} people={room.people.value} />
          <div class={css.acts}>
            {(piece.isMine || mayMove) && (
              <Button look="main" onClick={() => void asking.ask(() => circle.passPiece())}>
                {piece.isMine ? say("piece.pass") : say("piece.pass.for", { name: piece.handle })}
              </Button>
            )}
            {mayMove && <Button onClick={() => void asking.ask(() => circle.stopPiece())}>{say("piece.stop")}</Button>}
          </div>
        </div>
      )}
    </section>
  )
}

/** How long the turn still is; it reminds and cuts nobody off. */
function Turn({ piece }: { readonly piece: TalkingPiece }) {
  const { turnEndsAt } = piece
  const at = useSeconds(turnEndsAt !== undefined)
  if (turnEndsAt === undefined) return null
  const left = turnEndsAt.getTime() - at
  return <p class={css.faint}>{left > 0 ? say("piece.left", { time: duration(left) }) : say("piece.over")}</p>
}

function Next({ piece, people }: { readonly piece: TalkingPiece; readonly people: readonly Participant[] }) {
  const [first] = piece.next
  const next = people.find(({ member }) => member === first)
  if (first === undefined || next === undefined) return null
  return <p>{next.isMe ? say("piece.next.you") : say("piece.next", { name: next.handle })}</p>
}

const TURNS = ["0", "60", "120", "180", "300"] as const
type TurnSeconds = (typeof TURNS)[number]

function StartPiece({ circle, asking }: Omit<PieceProps, "room">) {
  const [turn, setTurn] = useState<TurnSeconds>("120")
  const seconds = Number(turn) || undefined
  return (
    <div class={css.sheet}>
      <p>{say("piece.lead")}</p>
      <Choice
        label={say("piece.turn")}
        value={turn}
        options={TURNS.map((each) => [each, turnWords(Number(each))] as const)}
        onChange={setTurn}
      />
      <p>
        <Button onClick={() => void asking.ask(() => circle.startPiece(undefined, seconds))}>
          {say("piece.start")}
        </Button>
      </p>
    </div>
  )
}

function turnWords(seconds: number): string {
  return seconds === 0 ? say("piece.turn.none") : say("minutes", { count: seconds / 60 })
}

const LEADING = ["facilitator", "co_facilitator", "leader"] as const

/** Who leads, and who guides today. */
function Guides({ people }: { readonly people: readonly Participant[] }) {
  return (
    <section class={css.part}>
      <h3>{say("rotation.title")}</h3>
      <ul role="list" class={css.rows}>
        {LEADING.flatMap((role) => people.filter((each) => each.role === role)).map(({ member, handle, role }) => (
          <li key={member} class={css.row}>
            <bdi class={css.grow}>{handle}</bdi>
            <span class={css.faint}>{say(`role.${role}` as CallKey)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
