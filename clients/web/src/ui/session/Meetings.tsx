import type { ComponentChildren } from "preact"
import type { Meeting } from "../../state/models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { problemText } from "../parts/problems"
import { saveAs } from "../parts/saveAs"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say } from "../words"
import { calendarFile } from "./calendar-file"
import { MeetingForm } from "./MeetingForm"
import { fully, MINUTE_MS, nameOfZone, ownZone } from "./moments"
import css from "./Session.module.css"
import { changeOf, saidOf } from "./said"
import { opener, type PartProps } from "./editing"
import { useUndo } from "./useUndo"

/** The appointments: those that come, and below them what was. */
export function Meetings(part: PartProps) {
  const { conversation, editing, edit, canWrite } = part
  const { problem, ask } = useAsking()
  const { meetings } = conversation.sessionPage.value
  const undo = useUndo((id) => {
    const meeting = conversation.sessionPage.peek().meetings.find((each) => each.id === id)
    if (meeting) void ask(() => conversation.plan(changeOf({ ...meeting, cancelled: true }), saidOf(meeting, true)))
  })
  const isComing = (meeting: Meeting) => !meeting.cancelled && endOf(meeting) > now.value.getTime()
  const coming = meetings.filter(isComing)
  const past = meetings.filter((meeting) => !isComing(meeting)).reverse()
  const card = (meeting: Meeting) =>
    editing?.kind === "meeting" && editing.id === meeting.id ? (
      <MeetingForm {...part} meeting={meeting} />
    ) : (
      <Card
        meeting={meeting}
        leaving={undo.waiting.has(meeting.id)}
        actions={canWrite && <Actions part={part} meeting={meeting} undo={undo} />}
      />
    )
  return (
    <Section title={say("session.meetings")}>
      {coming.length === 0 && <p>{say("session.none")}</p>}
      {coming.length > 0 && (
        <ul role="list" class={css.list}>
          {coming.map((meeting) => (
            <li key={meeting.id}>{card(meeting)}</li>
          ))}
        </ul>
      )}
      {coming.length > 0 && <p class={css.facts}>{say("session.calendar.hint")}</p>}
      {editing?.kind === "meeting" && editing.id === undefined ? (
        <MeetingForm {...part} meeting={undefined} />
      ) : (
        canWrite && (
          <p data-opens={opener({ kind: "meeting" })}>
            <Button look={coming.length === 0 ? "main" : "plain"} onClick={() => edit({ kind: "meeting" })}>
              {say("session.plan")}
            </Button>
          </p>
        )
      )}
      {problem && <p role="alert">{problemText(problem)}</p>}
      {past.length > 0 && (
        <details class={css.past}>
          <summary>{say("session.past")}</summary>
          <ul role="list" class={css.list}>
            {past.map((meeting) => (
              <li key={meeting.id}>{card(meeting)}</li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  )
}

interface ActionsProps {
  readonly part: PartProps
  readonly meeting: Meeting
  readonly undo: ReturnType<typeof useUndo>
}

function Actions({ part: { edit }, meeting, undo }: ActionsProps) {
  if (undo.waiting.has(meeting.id)) {
    return <Button onClick={() => undo.keep(meeting.id)}>{say("undo")}</Button>
  }
  const editing = { kind: "meeting", id: meeting.id } as const
  return (
    <>
      <span data-opens={opener(editing)}>
        <Button onClick={() => edit(editing)}>{say(meeting.cancelled ? "session.again" : "session.change")}</Button>
      </span>
      {!meeting.cancelled && (
        <Button look="quiet" onClick={() => undo.begin(meeting.id)}>
          {say("session.cancel")}
        </Button>
      )}
    </>
  )
}

interface CardProps {
  readonly meeting: Meeting
  readonly leaving: boolean
  readonly actions: ComponentChildren
}

function Card({ meeting, leaving, actions }: CardProps) {
  const { startsAt, minutes, zone, items, cancelled, pending } = meeting
  const isGone = cancelled || leaving
  const there = zone === ownZone() ? undefined : fully(startsAt, zone)
  return (
    <div class={css.card}>
      <p role="status" class={css.state}>
        {isGone && say("session.cancelled")}
      </p>
      <p class={css.when} data-gone={isGone}>
        <time dateTime={startsAt.toISOString()}>{fully(startsAt)}</time>
      </p>
      {there !== undefined && there !== fully(startsAt) && (
        <p class={css.facts}>{say("session.zone", { when: there, zone: nameOfZone(zone) })}</p>
      )}
      <p class={css.facts}>{say("session.minutes", { count: minutes })}</p>
      {items.length > 0 && (
        <ol class={css.agenda} aria-label={say("session.agenda")}>
          {items.map((item, index) => (
            <li key={index}>
              <bdi>{item}</bdi>
            </li>
          ))}
        </ol>
      )}
      {pending && <p class={css.facts}>{say("message.saved")}</p>}
      <div class={css.actions}>
        {!leaving && (
          <Button onClick={() => saveAs(fileOf(meeting), "appointment.ics")}>{say("session.calendar")}</Button>
        )}
        {actions}
      </div>
    </div>
  )
}

function endOf({ startsAt, minutes }: Meeting): number {
  return startsAt.getTime() + minutes * MINUTE_MS
}

function fileOf(meeting: Meeting): Blob {
  return new Blob([calendarFile(meeting, say("session.appointment"), new Date())], { type: "text/calendar" })
}
