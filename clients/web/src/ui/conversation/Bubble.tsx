import type { Message } from "../../state/models"
import { graphemes } from "../graphemes"
import { Button } from "../parts/Button"
import { Icon } from "../parts/Icon"
import { problemText } from "../parts/problems"
import { timeOfDay } from "../times"
import { namesOf, say, words } from "../words"
import css from "./Bubble.module.css"
import { FilePart } from "./FilePart"
import { isLine, lineOf, unreadableOf } from "./lines"
import type { Talk } from "./talk"
import { VoicePart } from "./VoicePart"

export interface BubbleProps {
  readonly talk: Talk
  readonly message: Message
  /** Follows one of the same person. */
  readonly together: boolean
  readonly newest: boolean
}

/** One message and how it stands. */
export function Bubble({ talk, message, together, newest }: BubbleProps) {
  if (isLine(message)) return <Happened talk={talk} message={message} />
  const isLeaving = talk.leaving.value.has(message.id)
  const isGone = message.deleted || isLeaving
  const canAct = !isGone && message.status === "sent" && message.kind !== "unreadable"
  const showsSender = !message.mine && !together && talk.conversation.kind !== "direct"
  return (
    <div class={css.line} data-mine={message.mine}>
      <div class={css.bubble} data-gone={isGone} data-kind={message.kind}>
        {showsSender ? (
          <p class={css.sender}>
            <bdi>{message.sender}</bdi>
          </p>
        ) : (
          <Author message={message} />
        )}
        {message.replyTo && !isGone && <Quote talk={talk} to={message.replyTo} />}
        <div class={css.said} data-kind={isGone ? "text" : message.kind}>
          {isGone ? <Gone talk={talk} message={message} undo={isLeaving} /> : <Body talk={talk} message={message} />}
          <Meta talk={talk} message={message} newest={newest} />
        </div>
        {message.status === "failed" && <NotSent talk={talk} message={message} />}
      </div>
      {canAct && (
        <button
          type="button"
          class={css.more}
          aria-label={say("message.actions", { line: shorten(lineOf(message)) })}
          aria-haspopup="dialog"
          onClick={() => {
            talk.acting.value = message
          }}
        >
          <Icon name="more" />
        </button>
      )}
      {!isGone && <Reactions talk={talk} message={message} />}
    </div>
  )
}

/** What happened; how a change stands that is not sent. */
function Happened({ talk, message }: { readonly talk: Talk; readonly message: Message }) {
  return (
    <>
      <p class={css.notice}>{lineOf(message)}</p>
      {message.status !== "sent" && <Meta talk={talk} message={message} newest={false} />}
    </>
  )
}

/** What it answers; leads there. */
function Quote({ talk, to }: { readonly talk: Talk; readonly to: NonNullable<Message["replyTo"]> }) {
  return (
    <button type="button" class={css.quote} onClick={() => talk.jump(to.id)}>
      <span class="hidden">{say("message.answers")}</span> <span dir="auto">{to.quote}</span>
    </button>
  )
}

/** Who wrote it, for those who do not see on which side it stands. */
function Author({ message }: { readonly message: Message }) {
  return <span class="hidden">{message.mine ? say("message.mine") : say("message.by", { name: message.sender })}</span>
}

function Gone({ talk, message, undo }: { readonly talk: Talk; readonly message: Message; readonly undo: boolean }) {
  if (!undo) return <p class={css.gone}>{say("message.deleted")}</p>
  return (
    <p class={css.gone}>
      {say("message.leaving")}{" "}
      <Button look="quiet" onClick={() => talk.keep(message.id)}>
        {say("undo")}
      </Button>
    </p>
  )
}

function Body({ talk, message }: { readonly talk: Talk; readonly message: Message }) {
  switch (message.kind) {
    case "file":
      return <FilePart talk={talk} message={message} />
    case "voice":
      return <VoicePart talk={talk} message={message} />
    case "unreadable":
      return <p class={css.gone}>{unreadableOf(message)}</p>
    case "unknown":
      return (
        <>
          {message.text !== "" && <Text text={message.text} />}
          <p class={css.gone}>{say("message.unknown")}</p>
        </>
      )
    default:
      return <Text text={message.text} />
  }
}

function Text({ text }: { readonly text: string }) {
  return (
    <p class={css.text} dir="auto">
      {text}
    </p>
  )
}

function Meta({ talk, message, newest }: { readonly talk: Talk; readonly message: Message; readonly newest: boolean }) {
  const { conversation } = talk
  const readers = conversation.readBy.value.get(message.id) ?? []
  const status = message.mine && !message.deleted ? statusOf(message, readers, newest) : undefined
  return (
    <p class={css.meta}>
      {message.edited && <span>{say("message.edited")}</span>}
      <time dateTime={message.at.toISOString()}>{timeOfDay(message.at)}</time>
      {status !== undefined && <span>{status}</span>}
    </p>
  )
}

/** Why it stays here, and what can be done about it. */
function NotSent({ talk: { conversation }, message }: { readonly talk: Talk; readonly message: Message }) {
  return (
    <div class={css.failed}>
      <p>{problemText({ code: message.failure ?? "", fault: "ours" })}</p>
      <Button onClick={() => void conversation.retry(message.id)}>{say("message.retry")}</Button>
      <Button look="quiet" onClick={() => void conversation.discard(message.id)}>
        {say("message.discard")}
      </Button>
    </div>
  )
}

/** How far a message of mine got: of the newest, or where something is to be known. */
function statusOf(message: Message, readers: readonly string[], newest: boolean): string | undefined {
  if (message.status === "saved") return say("message.saved")
  if (message.status === "failed") return say("message.failed")
  if (readers.length > 0) return say("message.read", { names: namesOf(readers) })
  return newest ? say("message.sent") : undefined
}

function Reactions({ talk, message }: { readonly talk: Talk; readonly message: Message }) {
  if (message.reactions.size === 0) return null
  const me = talk.conversation.members.value.find((member) => member.me)?.handle ?? ""
  return (
    <ul role="list" class={css.reactions}>
      {[...message.reactions].map(([emoji, names]) => {
        const isMine = names.includes(me)
        return (
          <li key={emoji}>
            <button
              type="button"
              class={css.reaction}
              aria-pressed={isMine}
              onClick={() => void talk.conversation.react(message.id, emoji, !isMine)}
            >
              <span aria-hidden="true">{emoji}</span>
              {names.length > 1 && <span aria-hidden="true">{words().number(names.length)}</span>}
              <span class="hidden">{say("reaction.by", { emoji, names: namesOf(names) })}</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}

const LABEL_CHARACTERS = 40

function shorten(line: string): string {
  const letters = graphemes(line, LABEL_CHARACTERS + 1)
  return letters.length > LABEL_CHARACTERS ? `${letters.slice(0, LABEL_CHARACTERS).join("")}…` : line
}
