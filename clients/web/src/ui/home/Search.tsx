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
        {found?.map(({ conversation, message }) => (
          <li key={`${conversation}/${message.id}`}>
            <a class={css.hit} href={`#/c/${conversation}/at/${message.id}`}>
              <span class={css.where}>
                <span>{names.get(conversation) ?? message.sender}</span>
                <time dateTime={message.at.toISOString()}>{shortly(message.at)}</time>
              </span>
              <span dir="auto" class={css.line}>
                {message.mine ? say("home.you", { line: lineOf(message) }) : lineOf(message)}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Screen>
  )
}
