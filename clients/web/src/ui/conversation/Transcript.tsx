import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Message } from "../../state/models"
import { announce } from "../announce"
import { Button } from "../parts/Button"
import { Icon } from "../parts/Icon"
import { dayName, dayOf } from "../times"
import { say } from "../words"
import { Bubble } from "./Bubble"
import { isLine, lineOf } from "./lines"
import type { Talk } from "./talk"
import css from "./Transcript.module.css"

/** How near to its end the page may be before more comes, in pixels. */
const NEAR = 800
const AT_END = 60
/** Messages of one person within this time stand together. */
const TOGETHER_MS = 5 * 60_000

/** What was said, a few screens of it at a time. */
export function Transcript({ talk }: { readonly talk: Talk }) {
  const { conversation } = talk
  const messages = conversation.messages.value
  const hasEarlier = conversation.hasEarlier.value
  const hasLater = conversation.hasLater.value
  const firstUnread = conversation.firstUnread.value
  const scroller = useRef<HTMLDivElement>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  useAnchor(scroller, messages)
  useNews(messages, hasLater)

  const scrolled = () => {
    const box = scroller.current
    if (!box) return
    const below = box.scrollHeight - box.scrollTop - box.clientHeight
    const nowAtEnd = below < AT_END && !hasLater
    setAtEnd(nowAtEnd)
    if (nowAtEnd && document.visibilityState === "visible") conversation.read()
    // Who walks back through the messages by Tab gets out above them; on the log itself the keys bring more.
    const isWalked = box.querySelector(":focus-visible") !== null
    if (box.scrollTop < NEAR && hasEarlier && !isWalked) void conversation.earlier()
    else if (below < NEAR && hasLater) void conversation.later()
  }
  useLayoutEffect(() => {
    // Whoever is at the end stays there when something is added.
    if (isAtEnd && !hasLater && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }, [messages, talk.leaving.value])
  useWanted(scroller, talk, messages)
  useEffect(scrolled, [messages])

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
        {!hasEarlier && <p class={css.begin}>{say("talk.begin")}</p>}
        <ol role="list" class={css.messages}>
          {messages.map((message, index) => (
            <Row
              key={message.id}
              talk={talk}
              message={message}
              before={messages[index - 1]}
              isFirstUnread={message.id === firstUnread}
              isNewest={!hasLater && index === messages.length - 1}
            />
          ))}
        </ol>
      </div>
      {!isAtEnd && (
        <div class={css.jump}>
          <Button
            onClick={() => {
              setAtEnd(true)
              void conversation.show()
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
  const isSame = !isNewDay && !isFirstUnread && !isLine(before) && before.account === message.account
  const isTogether = isSame && message.at.getTime() - before.at.getTime() < TOGETHER_MS
  return (
    <li class={css.row} data-id={message.id} data-together={isTogether}>
      {isNewDay && <p class={css.day}>{dayName(message.at)}</p>}
      {isFirstUnread && <p class={css.unread}>{say("talk.unread")}</p>}
      <Bubble talk={talk} message={message} together={isTogether} newest={isNewest} />
    </li>
  )
}

type Box = { readonly current: HTMLDivElement | null }

/** Keeps what somebody reads at its place while messages come and go around it. */
function useAnchor(box: Box, messages: readonly Message[]): void {
  const shown = useRef(messages)
  const held = useRef<{ readonly row: HTMLElement; readonly offset: number } | undefined>(undefined)
  if (shown.current !== messages && box.current) {
    // Before the page changes.
    const { top } = box.current.getBoundingClientRect()
    const rows = box.current.querySelectorAll<HTMLElement>("[data-id]")
    const row = Array.from(rows).find((each) => each.getBoundingClientRect().bottom > top)
    held.current = row && { row, offset: row.getBoundingClientRect().top }
  }
  shown.current = messages
  useLayoutEffect(() => {
    if (held.current?.row.isConnected && box.current) {
      box.current.scrollTop += held.current.row.getBoundingClientRect().top - held.current.offset
    }
    held.current = undefined
  }, [messages])
}

/** Brings a message into view that was asked for, as soon as it is in the page. */
function useWanted(box: Box, talk: Talk, messages: readonly Message[]): void {
  const wanted = talk.wanted.value
  useLayoutEffect(() => {
    if (wanted === undefined) return
    const row = box.current?.querySelector(`[data-id="${CSS.escape(wanted)}"]`)
    if (!row) return
    row.scrollIntoView({ block: "center" })
    talk.wanted.value = undefined
  }, [wanted, messages])
}

/** Reads out what others write, once it is there. */
function useNews(messages: readonly Message[], hasLater: boolean): void {
  const before = useRef({ newest: messages.at(-1)?.at, hasLater })
  useEffect(() => {
    const { newest, hasLater: wasAway } = before.current
    before.current = { newest: messages.at(-1)?.at, hasLater }
    // What somebody scrolled to is not new.
    if (newest === undefined || wasAway || hasLater) return
    for (const message of messages.slice(-20)) {
      if (message.mine || message.at <= newest) continue
      const line = lineOf(message)
      announce(isLine(message) ? line : say("talk.says", { name: message.sender, line }), (count) =>
        say("home.unread", { count }),
      )
    }
  }, [messages])
}
