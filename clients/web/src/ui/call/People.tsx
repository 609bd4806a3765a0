import { useState } from "preact/hooks"
import type { Circle, Participant, Power, Room, Vouched, Waiting } from "../../state/call-models"
import { exactly, whenOf } from "../times"
import { Button } from "../parts/Button"
import { Switch } from "../parts/Choice"
import { go } from "../router"
import type { Asking } from "../parts/useAsking"
import css from "./Panel.module.css"
import { Remove } from "./Remove"
import { qualityKey, standingOf } from "./Tile"
import { say } from "./words"

export interface PanelProps {
  readonly room: Room
  readonly asking: Asking
}

/** Who is here and who waits, and what those who lead can do about it. */
export function People({ room, asking }: PanelProps) {
  const { circle } = room
  const powers = circle?.powers.value ?? NONE
  return (
    <>
      {circle && powers.has("admit") && <Line circle={circle} asking={asking} />}
      {circle && powers.has("lock") && (
        <Switch
          label={say("people.lock")}
          hint={say("people.lock.hint")}
          on={circle.isLocked.value}
          onChange={(on) => void asking.ask(() => circle.setLocked(on))}
        />
      )}
      {circle && <Hands circle={circle} asking={asking} mayLower={powers.has("invite_unmute")} />}
      <section class={css.part}>
        <h3>{say("room.people", { count: room.people.value.length })}</h3>
        <ul role="list" class={css.rows}>
          {room.people.value.map((person) => (
            <li key={person.member}>
              <Person person={person} room={room} asking={asking} powers={powers} />
            </li>
          ))}
        </ul>
        <p class={css.faint}>{say("room.encrypted.text")}</p>
        {circle && powers.has("mute") && (
          <p>
            <Button onClick={() => void asking.ask(() => circle.muteAll())}>{say("people.mute_all")}</Button>
          </p>
        )}
      </section>
    </>
  )
}

const NONE: ReadonlySet<Power> = new Set()

interface OfCircle {
  readonly circle: Circle
  readonly asking: Asking
}

/** Those who wait to be let in. */
function Line({ circle, asking }: OfCircle) {
  const line = circle.line.value
  return (
    <section class={css.part}>
      <h3>{say("people.waiting", { count: line.length })}</h3>
      {line.length > 0 && (
        <ul role="list" class={css.rows}>
          {line.map((each) => (
            <li key={each.member} class={css.row}>
              <span class={css.grow}>
                <bdi>{each.handle}</bdi>
                <span class={css.faint}>{sinceWhen(each)}</span>
              </span>
              <Button
                label={say("people.admit.name", { name: each.handle })}
                onClick={() => void asking.ask(() => circle.admit(each.member))}
              >
                {say("people.admit")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {line.length > 1 && (
        <p>
          <Button look="main" onClick={() => void asking.ask(() => circle.admitAll())}>
            {say("people.admit_all")}
          </Button>
        </p>
      )}
    </section>
  )
}

function sinceWhen({ since, wasInside }: Waiting): string {
  const time = exactly(since)
  return say(wasInside ? "people.waiting.again" : "people.waiting.since", { time })
}

/** In the order in which the server heard of them. */
function Hands({ circle, asking, mayLower }: OfCircle & { readonly mayLower: boolean }) {
  const hands = circle.hands.value
  if (hands.length === 0) return null
  return (
    <section class={css.part}>
      <h3>{say("people.hands")}</h3>
      <ol role="list" class={css.rows}>
        {hands.map(({ member, handle, isMe }, index) => (
          <li key={member} class={css.row}>
            <span class={css.grow}>
              <span>
                {index + 1}. <bdi>{isMe ? say("tile.you", { name: handle }) : handle}</bdi>
              </span>
            </span>
            {mayLower && !isMe && (
              <Button
                label={say("people.hands.lower.name", { name: handle })}
                onClick={() => void asking.ask(() => circle.lowerHand(member))}
              >
                {say("people.hands.lower")}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

interface PersonProps extends PanelProps {
  readonly person: Participant
  readonly powers: ReadonlySet<Power>
}

function Person({ person, room, asking, powers }: PersonProps) {
  const { handle, isMe, isMuted, isVerified, quality, vouched } = person
  const facts = [...standingOf(person), ...(isMuted ? (["tile.muted"] as const) : [])]
  return (
    <>
      <div class={css.row}>
        <span class={css.grow}>
          <bdi>{isMe ? say("tile.you", { name: handle }) : handle}</bdi>
          <span class={css.faint}>
            {[
              ...facts.map((key) => say(key)),
              ...(vouched === undefined ? [] : [vouchedWords(vouched)]),
              ...(isMe || facts.includes(qualityKey(quality)) ? [] : [say(qualityKey(quality))]),
              ...(isVerified && !isMe ? [say("tile.verified")] : []),
            ].join(" · ")}
          </span>
        </span>
      </div>
      {room.circle && !isMe && powers.size > 0 && (
        <Tools
          person={person}
          circle={room.circle}
          asking={asking}
          powers={powers}
          isPresenting={room.screen.value?.member === person.member}
        />
      )}
    </>
  )
}

function vouchedWords(vouched: Vouched): string {
  if (vouched.kind === "peer") return say("people.peer")
  const { checkedAt } = vouched
  return checkedAt === undefined ? say("people.licensed") : say("people.licensed.when", { time: whenOf(checkedAt) })
}

interface ToolsProps extends OfCircle {
  readonly person: Participant
  readonly powers: ReadonlySet<Power>
  readonly isPresenting: boolean
}

/** What can be done for, or about, one person. */
function Tools({ person, circle, asking, powers, isPresenting }: ToolsProps) {
  const [isRemoving, setRemoving] = useState(false)
  const { member, handle, isMuted, isMutedByOthers, role } = person
  const isSpotlit = circle.spotlit.value === member
  const act = (run: () => ReturnType<Circle["hold"]>) => () => void asking.ask(run)
  const side = async () => {
    const opened = await asking.ask(() => circle.openSide(member))
    if (opened.done && opened.conversation !== undefined) go(`#/c/${opened.conversation}/call`)
  }
  return (
    <details class={css.tools}>
      <summary>{say("people.tools", { name: handle })}</summary>
      <div class={css.acts}>
        {powers.has("mute") && !isMuted && (
          <Button onClick={act(() => circle.mute(member, "ask"))}>{say("people.mute")}</Button>
        )}
        {powers.has("mute") && !isMutedByOthers && (
          <Button onClick={act(() => circle.mute(member, "stop"))}>{say("people.mute_hard")}</Button>
        )}
        {powers.has("invite_unmute") && isMuted && (
          <Button onClick={act(() => circle.inviteToSpeak(member))}>{say("people.invite_unmute")}</Button>
        )}
        {powers.has("spotlight") && (
          <Button onClick={act(() => circle.spotlight(isSpotlit ? undefined : member))}>
            {say(isSpotlit ? "people.spotlight.end" : "people.spotlight")}
          </Button>
        )}
        {powers.has("revoke_screen") && isPresenting && (
          <Button onClick={act(() => circle.stopScreen())}>{say("people.stop_screen")}</Button>
        )}
        {powers.has("side") && <Button onClick={() => void side()}>{say("people.side")}</Button>}
        {powers.has("hold") && <Button onClick={act(() => circle.hold(member))}>{say("people.hold")}</Button>}
        {powers.has("set_role") &&
          ROLES.filter((each) => each !== role).map((each) => (
            <Button key={each} onClick={act(() => circle.setRole(member, each))}>
              {say(`people.role.${each}`)}
            </Button>
          ))}
        {powers.has("remove") && (
          <Button look="careful" onClick={() => setRemoving(true)}>
            {say("people.remove")}
          </Button>
        )}
      </div>
      {isRemoving && <Remove person={person} circle={circle} onClose={() => setRemoving(false)} />}
    </details>
  )
}

const ROLES = ["co_facilitator", "leader", "participant"] as const
