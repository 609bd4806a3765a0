import { useEffect, useState } from "preact/hooks"
import type { Found, Session } from "../../state/models"
import { lineOf } from "../conversation/lines"
import { Field } from "../parts/Field"
import { Screen } from "../parts/Screen"
import { shortly } from "../times"
import { namesOf, say } from "../words"
import css from "./Search.module.css"

const PAUSE_MS = 200

export interface SearchProps {
  readonly session: Session
  readonly first?: string
}

/** Messages on this device; what is looked for never leaves it. */
export function Search({ session, first = "" }: SearchProps) {
  const [text, setText] = useState(first)
  const [found, setFound] = useState<readonly Found[]>()
  useEffect(() => {
    if (text.trim() === "") {
      setFound(undefined)
      return
    }
    let wanted = true
    const timer = setTimeout(() => void session.search(text.trim()).then((all) => wanted && setFound(all)), PAUSE_MS)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [text])
  const names = new Map(session.conversations.value.map(({ id, people }) => [id, namesOf(people)]))
  return (
    <Screen title={say("search.title")} back="#/">
      <div role="search">
        <Field
          label={say("search.words")}
          hint={say("search.hint")}
          type="search"
          inputMode="search"
          autocomplete="off"
          value={text}
          onInput={setText}
        />
      </div>
      <p role="status">{found && say("search.count", { count: found.length })}</p>
      <ul role="list" class={css.found}>
        {found?.map(({ conversation, message, marks }) => (
          <li key={`${conversation}/${message.id}`}>
            <a class={css.hit} href={`#/c/${conversation}/at/${message.id}`}>
              <span class={css.where}>
                <span>{names.get(conversation) ?? message.sender}</span>
                <time dateTime={message.at.toISOString()}>{shortly(message.at)}</time>
              </span>
              <span dir="auto" class={css.line}>
                {message.mine && <span class={css.where}>{say("message.mine")}</span>}
                <Marked text={lineOf(message)} marks={message.kind === "text" ? marks : []} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Screen>
  )
}

/** Around what was found, so that it is seen in a long message. */
const BEFORE = 60

/** A text with what was found in it. */
function Marked({ text, marks }: { readonly text: string; readonly marks: Found["marks"] }) {
  const first = marks[0]?.[0] ?? 0
  const from = first > BEFORE ? text.lastIndexOf(" ", first - BEFORE / 2) + 1 : 0
  let at = from
  const parts = marks.flatMap(([start, end]) => {
    const before = text.slice(at, start)
    at = end
    return [before, <mark key={start}>{text.slice(start, end)}</mark>]
  })
  return (
    <>
      {from > 0 && "… "}
      {parts}
      {text.slice(at)}
    </>
  )
}
