import type { CallRow } from "../../state/call-models"
import type { ConversationRow, Session } from "../../state/models"
import { isLine, lineOf } from "../conversation/lines"
import { Face } from "../parts/Face"
import { Icon, type IconName } from "../parts/Icon"
import { Heading } from "../parts/Screen"
import { route } from "../router"
import { now } from "../clock"
import { nextOf, shortly, whenOf } from "../times"
import { namesOf, say, words } from "../words"
import { Alarms } from "./Alarms"
import css from "./ConversationList.module.css"

export interface ConversationListProps {
  readonly session: Session
  /** Beside another screen, which has the heading of the page. */
  readonly beside?: boolean
}

/** Every conversation, the newest first, and what leads elsewhere. */
export function ConversationList({ session, beside = false }: ConversationListProps) {
  const rows = session.conversations.value
  const unread = rows.reduce((total, row) => total + (row.muted ? 0 : row.unread), 0)
  const at = route.value
  const open = at.screen === "conversation" ? at.id : undefined
  const calls = session.calls.value?.running.value ?? []
  return (
    <div class={css.list}>
      <div class={css.top}>
        <div class={css.title}>
          {beside ? <h2>{say("home.title")}</h2> : <Heading>{say("home.title")}</Heading>}
          {unread > 0 && <p class={css.total}>{say("home.unread", { count: unread })}</p>}
        </div>
        {session.desk.value !== undefined && <Tool to="#/desk" icon="desk" label={say("desk.title")} />}
        <Tool to="#/plan" icon="plan" label={say("safety_plan.own")} />
        <Tool to="#/search" icon="search" label={say("search.title")} />
        <Tool to="#/settings" icon="settings" label={say("settings.title")} />
        <Tool to="#/new" icon="add" label={say("new.title")} />
      </div>
      <Alarms alarms={session.alarms.value} />
      {rows.length === 0 ? (
        <div class={css.empty}>
          <p>{say("home.empty")}</p>
          <a class={css.begin} href="#/new">
            {say("new.title")}
          </a>
        </div>
      ) : (
        <ul role="list">
          {rows.map((row) => (
            <li key={row.id}>
              <Row
                row={row}
                call={calls.find(({ conversation }) => conversation === row.id)}
                isOpen={row.id === open}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Tool({ to, icon, label }: { readonly to: string; readonly icon: IconName; readonly label: string }) {
  return (
    <a class={css.tool} href={to} aria-label={label} title={label}>
      <Icon name={icon} />
    </a>
  )
}

interface RowProps {
  readonly row: ConversationRow
  /** The call that goes on there. */
  readonly call: CallRow | undefined
  readonly isOpen: boolean
}

function Row({ row, call, isOpen }: RowProps) {
  const names = namesOf(row.people)
  return (
    <a class={css.row} href={`#/c/${row.id}`} aria-current={isOpen ? "page" : undefined}>
      <Face names={row.people} />
      <span class={css.who}>
        <span class={css.line}>
          <span class={css.name}>
            {names === "" ? say(row.kind === "crisis" ? "crisis.talk.title" : "talk.alone") : names}
          </span>
          {row.last && <time dateTime={row.last.at.toISOString()}>{shortly(row.last.at)}</time>}
        </span>
        <span class={css.line}>
          <span class={css.last}>
            <Last row={row} />
          </span>
          {row.muted && <span>{say("home.muted")}</span>}
          {row.unread > 0 && (
            <span class={css.unread}>
              <span aria-hidden="true">{words().number(row.unread)}</span>
              <span class="hidden">{say("home.unread", { count: row.unread })}</span>
            </span>
          )}
        </span>
        {call && <Calling call={call} />}
        <Next meetings={row.meetings} />
      </span>
    </a>
  )
}

/** That a call goes on there, and where one is in it. */
function Calling({ call: { isHere, isElsewhere } }: { readonly call: CallRow }) {
  if (isHere) return <span class={css.next}>{say("home.call.here")}</span>
  return <span class={css.next}>{say(isElsewhere ? "home.call.elsewhere" : "home.call")}</span>
}

/** When they meet next. */
function Next({ meetings }: Pick<ConversationRow, "meetings">) {
  const next = nextOf(meetings)
  if (next === undefined) return null
  const isNow = next.startsAt <= now.value
  return (
    <span class={css.next}>{isNow ? say("session.now") : say("session.next", { when: whenOf(next.startsAt) })}</span>
  )
}

/** How it stands, or what was said last: cut off at its end, whichever way it is written. */
function Last({ row: { draft, standing, last, kind } }: { readonly row: ConversationRow }) {
  if (standing !== "active") return <span>{say(`standing.${standing}`)}</span>
  if (draft) return <em>{say("home.draft")}</em>
  if (!last) return <span>{say("home.nothing")}</span>
  const isNamed = !isLine(last) && (last.mine || kind !== "direct")
  return (
    <>
      {isNamed && (
        <span class={css.whose}>{last.mine ? say("message.mine") : say("message.by", { name: last.sender })}</span>
      )}
      <span dir="auto">{lineOf(last)}</span>
    </>
  )
}
