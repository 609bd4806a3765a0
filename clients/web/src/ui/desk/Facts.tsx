import type { CaseChannel } from "../../state/desk-models"
import { words } from "../words"
import css from "./Desk.module.css"
import { type DeskKey, say } from "./words"

export interface Told {
  readonly language: string
  readonly region: string
  readonly channel: CaseChannel
  readonly needs?: readonly string[]
  readonly is_minor?: boolean
  readonly drill?: boolean
}

/** What is known of a case before anybody has spoken: as few words as it takes. */
export function Facts({ about, rescue = false }: { readonly about: Told; readonly rescue?: boolean }) {
  const said = [
    rescue && say("fact.rescue"),
    about.drill && say("fact.drill"),
    about.is_minor && say("fact.minor"),
    about.language !== "" && nameOf("language", about.language),
    about.region !== "" && nameOf("region", about.region),
    say(`channel.${about.channel}` as DeskKey),
    ...(about.needs ?? []).map((need) => say("fact.need", { need })),
  ].filter((each) => typeof each === "string")
  return (
    <ul role="list" class={css.facts}>
      {said.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  )
}

/** The name of a tag that somebody's device has sent; the tag itself if it names nothing. */
export function nameOf(type: "language" | "region", tag: string): string {
  try {
    return new Intl.DisplayNames(words().language, { type, fallback: "code" }).of(tag) ?? tag
  } catch {
    return tag
  }
}
