import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Message } from "../../state/models"
import { announce } from "../announce"
import { Button } from "../parts/Button"
import { Icon } from "../parts/Icon"
import { dayName, dayOf } from "../times"
import { say } from "../words"
import { Bubble } from "./Bubble"
import { lineOf } from "./lines"
import { around, earlier, followed, later, type Span } from "./span"
import type { Talk } from "./talk"
import css from "./Transcript.module.css"

/** How near to its end the page may be before more comes, in pixels. */
const NEAR = 800
const AT_END = 60
/** Messages of one person within this time stand together. */
const TOGETHER_MS = 5 * 60_000

export interface TranscriptProps {
  readonly talk: Talk
  /** The message that a link led to. */
  readonly target: string | undefined
}

/** What was said, a few screens of it at a time. */
export function Transcript({ talk, target }: TranscriptProps) {
  const { conversation } = talk
  const messages = conversation.messages.value
  const firstUnread = conversation.firstUnread.value
  const [span, setSpan] = useSpan(messages, target ?? firstUnread)
  const scroller = useRef<HTMLDivElement>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  const anchor = useAnchor(scroller, span, messages)
  useStart(scroller, target ?? firstUnread, messages.length > 0)
  useNews(messages)

  const scrolled = () => {
    const box = scroller.current
    if (!box) return
    const below = box.scrollHeight - box.scrollTop - box.clientHeight
    const nowAtEnd = below < AT_END && span.end === messages.length
    setAtEnd(nowAtEnd)
    if (nowAtEnd && document.visibilityState === "visible") conversation.read()
    if (box.scrollTop < NEAR && span.start > 0) {
      anchor.take()
      setSpan(earlier(span))
    } else if (below < NEAR && span.end < messages.length) {
      anchor.take()
      setSpan(later(span, messages.length))
    } else if (box.scrollTop < NEAR && conversation.hasEarlier.value) {
      anchor.take()
      void conversation.earlier()
    }
  }
  useEffect(scrolled, [messages.length])
  useLayoutEffect(() => {
    // Whoever is at the end stays there when something is added.
    if (isAtEnd && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }, [messages.length, talk.leaving.value])

  return (
    <div class={css.frame}>
      <div
        class={css.scroller}
        ref={scroller}
        onScroll={scrolled}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={say("talk.log")}
      >
        {span.start === 0 && !conversation.hasEarlier.value && <p class={css.begin}>{say("talk.begin")}</p>}
        <ol role="list" class={css.messages}>
          {messages.slice(span.start, span.end).map((message, index) => (
            <Row
              key={message.id}
              talk={talk}
              message={message}
              before={messages[span.start + index - 1]}
              isFirstUnread={message.id === firstUnread}
              isNewest={span.start + index === messages.length - 1}
            />
          ))}
        </ol>
      </div>
      {!isAtEnd && (
        <div class={css.jump}>
          <Button
            onClick={() => {
              setSpan(around(messages.length))
              setAtEnd(true)
              requestAnimationFrame(() => scroller.current?.scrollTo({ top: scroller.current.scrollHeight }))
            }}
          >
            <Icon name="down" />
            {say("talk.newest")}
          </Button>
        </div>
      )}
    </div>
  )
}

interface RowProps {
  readonly talk: Talk
  readonly message: Message
  readonly before: Message | undefined
  readonly isFirstUnread: boolean
  readonly isNewest: boolean
}

function Row({ talk, message, before, isFirstUnread, isNewest }: RowProps) {
  const isNewDay = before === undefined || dayOf(before.at) !== dayOf(message.at)
  const isSame = !isNewDay && !isFirstUnread && before.kind !== "notice" && before.account === message.account
  const isTogether = isSame && message.at.getTime() - before.at.getTime() < TOGETHER_MS
  return (
    <li class={css.row} data-id={message.id} data-together={isTogether}>
      {isNewDay && <p class={css.day}>{dayName(message.at)}</p>}
      {isFirstUnread && <p class={css.unread}>{say("talk.unread")}</p>}
      <Bubble talk={talk} message={message} together={isTogether} newest={isNewest} />
    </li>
  )
}

/** The span in view; it follows the history by what it shows, not by numbers. */
function useSpan(messages: readonly Message[], first: string | undefined) {
  const seen = useRef(messages)
  const [kept, setSpan] = useState<Span>(() => {
    const index = messages.findIndex(({ id }) => id === first)
    return around(messages.length, index < 0 ? undefined : index)
  })
  let span = kept
  if (seen.current !== messages) {
    const top = seen.current[kept.start]?.id
    const moved = messages.findIndex(({ id }) => id === top)
    span = followed(kept, moved < 0 ? undefined : moved, seen.current.length, messages.length)
    seen.current = messages
    if (span.start !== kept.start || span.end !== kept.end) setSpan(span)
  }
  return [span, setSpan] as const
}

type Box = { readonly current: HTMLDivElement | null }

/** Keeps what somebody reads at its place while messages come and go around it. */
function useAnchor(box: Box, span: Span, messages: readonly Message[]) {
  const held = useRef<{ readonly row: HTMLElement; readonly offset: number } | null>(null)
  const take = () => {
    if (!box.current) return
    const { top } = box.current.getBoundingClientRect()
    const rows = box.current.querySelectorAll<HTMLElement>("[data-id]")
    const row = Array.from(rows).find((each) => each.getBoundingClientRect().bottom > top)
    if (row) held.current = { row, offset: row.getBoundingClientRect().top }
  }
  useLayoutEffect(() => {
    if (held.current?.row.isConnected && box.current) {
      box.current.scrollTop += held.current.row.getBoundingClientRect().top - held.current.offset
    }
    held.current = null
  }, [span.start, span.end, messages])
  return { take }
}

/** Begins at the message that was asked for, or at the newest. */
function useStart(box: Box, target: string | undefined, isThere: boolean): void {
  useLayoutEffect(() => {
    if (!box.current) return
    const row = target === undefined ? null : box.current.querySelector(`[data-id="${CSS.escape(target)}"]`)
    if (row) row.scrollIntoView({ block: "center" })
    else box.current.scrollTop = box.current.scrollHeight
  }, [target, isThere])
}

/** Reads out what others write, once it is there. */
function useNews(messages: readonly Message[]): void {
  const newest = useRef(messages.at(-1)?.at)
  useEffect(() => {
    const last = newest.current
    newest.current = messages.at(-1)?.at
    if (last === undefined) return
    for (const message of messages.slice(-20)) {
      if (message.mine || message.at <= last) continue
      announce(say("talk.says", { name: message.sender, line: lineOf(message) }), (count) =>
        say("home.unread", { count }),
      )
    }
  }, [messages])
}
