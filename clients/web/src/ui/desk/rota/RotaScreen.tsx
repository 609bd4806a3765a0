import { useEffect, useRef, useState } from "preact/hooks"
import {
  daysOf,
  type Done,
  type Gap,
  gapsOf,
  type Planning,
  type Rota,
  type ShiftView,
  uncovered,
} from "../../../state/rota-models"
import { Button } from "../../parts/Button"
import { Icon } from "../../parts/Icon"
import { Back, Heading } from "../../parts/Screen"
import { useAsking } from "../../parts/useAsking"
import { nameOfZone, ownZone } from "../../session/moments"
import { words } from "../../words"
import deskCss from "../Desk.module.css"
import { GapList } from "../GapList"
import { deskProblem, say } from "../words"
import { Heat } from "./Heat"
import css from "./Rota.module.css"
import { ShiftForm } from "./ShiftForm"
import { OwnShifts, Shifts } from "./Shifts"

/** What the form is open for. */
type Editing = { readonly gap: Gap | undefined } | { readonly shift: ShiftView }

/** A week of who means to be on duty, and of the hours that nobody is planned for. */
export function RotaScreen({ planning }: { readonly planning: Planning }) {
  useEffect(() => planning.watch(), [planning])
  const rota = planning.rota.value
  return (
    <div class={css.screen}>
      <div class={css.top}>
        <Back to="#/desk" />
        <Heading>{say("rota.title")}</Heading>
      </div>
      <WeekBar planning={planning} />
      {rota === undefined ? <p role="status">{say("opening")}</p> : <Week planning={planning} rota={rota} />}
    </div>
  )
}

/** Which week is shown, and the ways to others. */
function WeekBar({ planning }: { readonly planning: Planning }) {
  const days = daysOf(planning.week.value)
  const [first = 0, last = 0] = [days[0], days[6]]
  const shown = { day: "numeric", month: "long", year: "numeric" } as const
  return (
    <div class={css.week}>
      <button
        type="button"
        class={css.turn}
        aria-label={say("rota.week.before")}
        title={say("rota.week.before")}
        onClick={() => planning.turn(-1)}
      >
        <Icon name="back" />
      </button>
      <p class={css.span} role="status">
        <strong>{new Intl.DateTimeFormat(words().language, shown).formatRange(first, last)}</strong>
        <span class={deskCss.faint}>{say("rota.zone", { zone: nameOfZone(ownZone()) })}</span>
      </p>
      <button
        type="button"
        class={css.turn}
        aria-label={say("rota.week.after")}
        title={say("rota.week.after")}
        onClick={() => planning.turn(1)}
      >
        <Icon name="forward" />
      </button>
      {!planning.isThisWeek.value && (
        <Button look="quiet" onClick={() => planning.turn(0)}>
          {say("rota.week.this")}
        </Button>
      )}
    </div>
  )
}

function Week({ planning, rota }: { readonly planning: Planning; readonly rota: Rota }) {
  const [editing, setEditing] = useState<Editing>()
  const { busy, problem, ask } = useAsking()
  const days = daysOf(planning.week.value)
  const week = rota.hours.filter(({ starts_at: at }) => (days[0] ?? 0) <= at && at < (days[7] ?? 0))
  const gaps = gapsOf(uncovered(week, rota.now))
  return (
    <>
      {rota.may_change && (
        <p class={deskCss.line}>
          <Button look="main" disabled={busy} onClick={() => setEditing({ gap: undefined })}>
            {say("rota.add")}
          </Button>
          <Button disabled={busy} onClick={() => void ask(() => planning.copyLastWeek())}>
            {say("rota.copy")}
          </Button>
        </p>
      )}
      {problem && <p role="alert">{deskProblem(problem)}</p>}
      <Told done={planning.done.value} busy={busy} onUndo={() => void ask(() => planning.undo())} />
      {!rota.is_whole && <p>{say("rota.not_whole", { count: rota.shifts.length })}</p>}
      <div class={css.columns}>
        <div class={css.column}>
          <OwnShifts shifts={rota.shifts.filter((each) => each.is_mine)} />
          <section class={css.part}>
            <h2>{say("gap.title")}</h2>
            {gaps.length === 0 ? (
              <p class={deskCss.faint}>{say("rota.covered")}</p>
            ) : (
              <GapList
                gaps={gaps}
                isNamed={week.some(({ language }) => language !== "")}
                actionOf={(gap) =>
                  rota.may_change && (
                    <Button look="quiet" onClick={() => setEditing({ gap })}>
                      {say("rota.fill")}
                    </Button>
                  )
                }
              />
            )}
          </section>
          <Heat hours={week} days={days} now={rota.now} />
        </div>
        <div class={css.column}>
          <Shifts
            rota={rota}
            days={days}
            {...(rota.may_change ? { onChange: (shift: ShiftView) => setEditing({ shift }) } : {})}
          />
        </div>
      </div>
      {editing && <ShiftForm planning={planning} rota={rota} {...editing} onClose={() => setEditing(undefined)} />}
    </>
  )
}

interface ToldProps {
  readonly done: Done | undefined
  readonly busy: boolean
  readonly onUndo: () => void
}

/** What was just done, and the way back. What was pressed for it may be gone: the focus goes here then. */
function Told({ done, busy, onUndo }: ToldProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (done !== undefined && document.activeElement === document.body) place.current?.focus()
  }, [done])
  const what = done?.what === "copied" && done.count === 0 ? "nothing" : done?.what
  return (
    <div ref={place} role="status" tabIndex={-1} class={done === undefined ? css.silent : css.told}>
      {done !== undefined && <p>{say(`rota.done.${what ?? "nothing"}`, { count: done.count })}</p>}
      {done?.canUndo === true && (
        <Button disabled={busy} onClick={onUndo}>
          {say("rota.undo")}
        </Button>
      )}
    </div>
  )
}
