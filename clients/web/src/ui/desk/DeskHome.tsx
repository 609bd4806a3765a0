import { useState } from "preact/hooks"
import type { Desk, DeskCase, DeskView } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { Icon } from "../parts/Icon"
import { Notice } from "../parts/Notice"
import { Screen, Section } from "../parts/Screen"
import { Wanted } from "./BackUp"
import { Band } from "./Band"
import css from "./Desk.module.css"
import { Duty } from "./Duty"
import { Facts } from "./Facts"
import { OfferCard } from "./OfferCard"
import { allowSound, sound } from "./ringing"
import { ShortcutGuide } from "./Shortcuts"
import { sinceWords } from "./spans"
import { TestPage } from "./TestPage"
import { type DeskKey, say } from "./words"

/** Everything that is one's own at the desk: duty, what is asked, cases. */
export function DeskHome({ desk, view }: { readonly desk: Desk; readonly view: DeskView }) {
  const overrides = desk.overrides.list.value ?? []
  return (
    <Screen title={say("title")} back="#/">
      {view.is_demo && (
        <Notice look="plain">
          <p>{say("demo")}</p>
        </Notice>
      )}
      {view.is_surge && (
        <Notice look="plain">
          <p>{say("surge")}</p>
        </Notice>
      )}
      {view.wanted.length > 0 && <Wanted desk={desk} wanted={view.wanted} />}
      <Duty desk={desk} view={view} />
      <TestPage desk={desk} view={view} />
      <Section title={say("offers.title")}>
        {view.offers.length === 0 ? (
          <p class={css.faint}>{say(view.duty === "on" ? "offers.none" : "offers.off")}</p>
        ) : (
          view.offers.map((offer) => <OfferCard key={offer.offer} desk={desk} offer={offer} />)
        )}
      </Section>
      <Section title={say("cases.title")}>
        {view.cases.length === 0 ? (
          <p class={css.faint}>{say("cases.none")}</p>
        ) : (
          <ul role="list" class={css.rows}>
            {view.cases.map((each) => (
              <li key={each.case}>
                <CaseRow held={each} now={desk.now.value} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <nav class={css.ways} aria-label={say("ways")}>
        <a class={css.way} href="#/desk/follow-ups">
          <Icon name="calendar" />
          <span class={css.grow}>{say("followups.title")}</span>
          <span class={css.faint}>{say("followups.count", { count: view.follow_ups_due })}</span>
        </a>
        {(view.is_supervisor || overrides.length > 0) && (
          <a class={css.way} href="#/desk/overrides">
            <Icon name="report" />
            <span class={css.grow}>{say("overrides.title")}</span>
            <span class={css.faint}>{say("overrides.count", { count: overrides.length })}</span>
          </a>
        )}
        <a class={css.way} href="#/desk/rota">
          <Icon name="people" />
          <span class={css.grow}>{say("rota.title")}</span>
        </a>
        {view.is_supervisor && (
          <a class={css.way} href="#/desk/board">
            <Icon name="seen" />
            <span class={css.grow}>{say("board.title")}</span>
          </a>
        )}
        {view.is_supervisor && (
          <a class={css.way} href="#/desk/policy">
            <Icon name="settings" />
            <span class={css.grow}>{say("policy.way")}</span>
          </a>
        )}
        {view.is_supervisor && (
          <a class={css.way} href="#/desk/audit">
            <Icon name="shield" />
            <span class={css.grow}>{say("audit.way")}</span>
          </a>
        )}
      </nav>
      <Ringing desk={desk} />
    </Screen>
  )
}

function CaseRow({ held, now }: { readonly held: DeskCase; readonly now: number }) {
  return (
    <a class={css.way} href={`#/desk/case/${held.case}`}>
      <span class={css.grow}>
        <span class={css.line}>
          <Band band={held.band} />
          <strong>{statusWords(held)}</strong>
          <span class={css.faint}>{sinceWords(held.opened_at, now)}</span>
        </span>
        <Facts about={held} />
      </span>
      <Icon name="forward" />
    </a>
  )
}

/** How a case stands for whoever has it. */
export function statusWords(held: DeskCase): string {
  if (held.role === null) return say("status.asked")
  if (held.status === "wrap_up") return say("status.wrap_up")
  if (!held.is_joined) return say("status.joining")
  if (held.person_away_until !== null) return say("status.person_away")
  if (held.silent_since !== null) return say("status.silent")
  return say(`role.${held.role}` as DeskKey)
}

/** How offers sound here, and what the keys do. */
function Ringing({ desk }: { readonly desk: Desk }) {
  const [isShown, setShown] = useState(false)
  const { volume } = desk.wishes
  return (
    <Section title={say("sound.title")}>
      <div class={css.sheet}>
        <label class={css.field}>
          <span>{say("sound.volume")}</span>
          <input
            type="range"
            min="0"
            max="100"
            step="10"
            value={volume.value}
            onInput={(event) => {
              volume.value = Number(event.currentTarget.value)
            }}
          />
        </label>
        <p class={css.faint}>{say(volume.value === 0 ? "sound.off" : "sound.hint")}</p>
        <p class={css.line}>
          <Button
            onClick={() => {
              allowSound()
              sound(volume.value)
            }}
          >
            {say("sound.try")}
          </Button>
          <Button
            onClick={() => {
              volume.value = volume.value === 0 ? 60 : 0
            }}
          >
            {say(volume.value === 0 ? "sound.turn_on" : "sound.turn_off")}
          </Button>
          <Button look="quiet" onClick={() => setShown(true)}>
            {say("keys.title")}
          </Button>
        </p>
      </div>
      {isShown && <ShortcutGuide desk={desk} onClose={() => setShown(false)} />}
    </Section>
  )
}
