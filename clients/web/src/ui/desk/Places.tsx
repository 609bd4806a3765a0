import { useEffect, useState } from "preact/hooks"
import { byKind, linkOf, reliance, written } from "../../desk/places"
import type { Desk, DeskCase, Referrals, ReferralView } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { useAsking } from "../parts/useAsking"
import { namesOf, words } from "../words"
import { nameOf } from "./Facts"
import css from "./Places.module.css"
import { type DeskKey, deskProblem, say } from "./words"

export interface PlacesProps {
  readonly desk: Desk
  readonly held: DeskCase
  /** Puts words where one writes; undefined while there is nowhere to. */
  readonly onWords: ((text: string) => void) | undefined
}

/** Where the person can go on, in their country: the list of whoever runs this server. */
export function Places({ desk, held: { region, language }, onWords }: PlacesProps) {
  const [found, setFound] = useState<Referrals>()
  const { busy, problem, ask } = useAsking()
  const look = async () => {
    const answer = await ask(() => desk.referrals(region, language))
    setFound(answer.referrals)
  }
  useEffect(() => void look(), [region, language])
  if (problem) {
    return (
      <div class={css.places}>
        <p role="alert">{deskProblem(problem)}</p>
        <p>
          <Button disabled={busy} onClick={() => void look()}>
            {say("places.again")}
          </Button>
        </p>
      </div>
    )
  }
  if (found === undefined) return <p role="status">{say("places.opening")}</p>
  if (found.services.length === 0) return <p>{noneWords(found, region)}</p>
  return (
    <div class={css.places}>
      {byKind(found.services).map(({ kind, services }) => (
        <section key={kind} class={css.places}>
          <h2>{say(`place.${kind}` as DeskKey)}</h2>
          <ul role="list" class={css.places}>
            {services.map((each) => (
              <li key={`${each.name} ${written(each)}`} class={css.place} data-place>
                <Place service={each} now={desk.now.peek()} onWords={onWords} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function noneWords({ is_list_empty: isEmpty }: Referrals, region: string): string {
  if (isEmpty) return say("places.empty")
  return region === "" ? say("places.none.anywhere") : say("places.none", { country: nameOf("region", region) })
}

interface PlaceProps {
  readonly service: ReferralView
  readonly now: number
  readonly onWords: PlacesProps["onWords"]
}

function Place({ service, now, onWords }: PlaceProps) {
  const { name, what, contacts, languages, hours, cost } = service
  return (
    <>
      <h3 dir="auto">{name}</h3>
      {what !== "" && <p dir="auto">{what}</p>}
      <ul role="list" class={css.contacts}>
        {contacts.map((contact) => (
          <li key={`${contact.channel} ${contact.value}`}>
            <span class={css.small}>{channelWord(contact.channel)}</span>{" "}
            <Contact href={linkOf(contact)} value={contact.value} />
          </li>
        ))}
      </ul>
      <ul role="list" class={css.small}>
        {hours !== "" && <li>{say("places.hours", { hours })}</li>}
        {cost !== "" && <li>{say("places.cost", { cost })}</li>}
        {languages.length > 0 && (
          <li>{say("places.languages", { languages: namesOf(languages.map((tag) => nameOf("language", tag))) })}</li>
        )}
        <li>{relianceWords(service, now)}</li>
      </ul>
      {onWords && (
        <p>
          <Button label={say("places.write.label", { name })} onClick={() => onWords(written(service))}>
            {say("places.write")}
          </Button>
        </p>
      )}
    </>
  )
}

/** What is no plain number, address or page of the web is text. */
function Contact({ href, value }: { readonly href: string | undefined; readonly value: string }) {
  if (href === undefined) return <bdi>{value}</bdi>
  // A page opens beside the talk; a number or an address opens what the device has for it.
  const target = href.startsWith("https:") ? "_blank" : undefined
  return (
    <a class={css.link} href={href} target={target} rel="noopener noreferrer">
      <bdi>{value}</bdi>
    </a>
  )
}

const CHANNELS: ReadonlySet<string> = new Set(["phone", "text", "mail", "web", "place"])

function channelWord(channel: string): string {
  return CHANNELS.has(channel) ? say(`place_by.${channel}` as DeskKey) : channel
}

function relianceWords(service: ReferralView, now: number): string {
  const state = reliance(service, now)
  if (state === "never") return say("places.never")
  const day = words().date(new Date(`${service.checked_on}T12:00:00Z`), { dateStyle: "long" })
  return say(state === "old" ? "places.old" : "places.checked", { day })
}
