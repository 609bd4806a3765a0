import { useEffect, useRef } from "preact/hooks"
import type { Desk, News } from "../../state/desk-models"
import { announce } from "../announce"
import { Button } from "../parts/Button"
import { Icon } from "../parts/Icon"
import { route } from "../router"
import { Band, bandWord } from "./Band"
import css from "./Desk.module.css"
import { OfferCard } from "./OfferCard"
import { allowSound, keepSounding, markTitle } from "./ringing"
import { ShortcutKeys } from "./Shortcuts"
import { type DeskKey, say } from "./words"

/** What is asked of somebody on duty, on every screen; nothing while they are off. */
export function DutyBar({ desk }: { readonly desk: Desk }) {
  const view = desk.view.value
  useRinging(desk)
  if (view === undefined) return null
  const at = route.value
  const isAtDesk = at.screen === "desk"
  const showsOffers = !isAtDesk || at.part !== "all"
  const news = desk.news.value
  const held = view.cases.filter(({ role }) => role !== null)
  const isWorking = view.duty !== "off" || held.length > 0
  return (
    <section class={css.duty} aria-label={say("duty.label")}>
      {!isAtDesk && <ShortcutKeys desk={desk} />}
      {isWorking && !isAtDesk && (
        <p class={css.line}>
          <Icon name="desk" />
          <span class={css.grow}>{say(`duty.${view.duty}`)}</span>
          {held.map((each) => (
            <a key={each.case} class={css.chip} href={`#/desk/case/${each.case}`}>
              <Band band={each.band} />
              <span class="hidden">{say("case.open")}</span>
            </a>
          ))}
          <a href="#/desk">{say("desk.open")}</a>
        </p>
      )}
      {news !== undefined && newsWords(news) !== undefined && (
        <div class={css.news} role="status">
          <p class={css.grow}>{newsWords(news)}</p>
          {news.kind === "told" && news.what === "override" && <a href="#/desk/overrides">{say("override.look")}</a>}
          {news.kind === "told" && news.what === "supervisor_wanted" && <a href="#/desk">{say("desk.open")}</a>}
          <Button
            onClick={() => {
              desk.news.value = undefined
            }}
          >
            {say("news.seen")}
          </Button>
        </div>
      )}
      {showsOffers && view.offers.map((offer) => <OfferCard key={offer.offer} desk={desk} offer={offer} />)}
    </section>
  )
}

/** What is worth a sentence by itself; the rest is seen where it belongs. */
const TOLD: ReadonlySet<string> = new Set([
  "paused",
  "soft_cap",
  "hold_lost",
  "returned",
  "transfer_over",
  "wrap_up_over",
  "review",
  "supervisor_wanted",
  "paged",
  "silence_alarm",
  "follow_up_overdue",
  "spooled",
  "override",
  "return_wanted",
  "early_start",
  "stepped_out",
  "back_up_advised",
  "rota_gap",
])

function newsWords(news: News): string | undefined {
  if (news.kind === "offer_over") return say(`over.${news.why}`)
  return TOLD.has(news.what) ? say(`news.${news.what}` as DeskKey) : undefined
}

/** Sounds, marks the title and tells screen readers as long as something is asked. */
function useRinging(desk: Desk): void {
  const offers = desk.view.value?.offers ?? []
  const isAsked = offers.length > 0
  const rung = desk.rung.value
  const told = useRef(0)
  useEffect(() => {
    const ending = new AbortController()
    addEventListener("pointerdown", allowSound, { signal: ending.signal, capture: true })
    addEventListener("keydown", allowSound, { signal: ending.signal, capture: true })
    return () => {
      ending.abort()
      markTitle(false)
    }
  }, [])
  useEffect(() => {
    markTitle(isAsked)
    if (!isAsked) return
    return keepSounding(() => desk.wishes.volume.peek())
  }, [isAsked, rung])
  useEffect(() => {
    const [first] = offers
    if (first !== undefined && rung > told.current) announce(say("offer.told", { band: bandWord(first.band) }))
    told.current = rung
  }, [rung])
}
