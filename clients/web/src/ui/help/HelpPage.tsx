import type { GuestCrisis } from "../../state/guest-models"
import { GuestPanel } from "../crisis/GuestPanel"
import { isLanguage, LANGUAGES } from "../../i18n/languages"
import { ExitBar } from "../shell/ExitBar"
import { sayHelp as say, words } from "../words"
import { Grounding } from "./Grounding"
import css from "./HelpPage.module.css"
import { Numbers } from "./Numbers"

export interface HelpPageProps {
  readonly crisis: GuestCrisis
  readonly onLanguage: (language: string) => void
  /** Gets the words of what is loaded when somebody talks. */
  readonly onTalking: () => Promise<void>
}

/** The crisis entry: somebody to talk to, numbers, what helps to wait, what a visit leaves behind. */
export function HelpPage({ crisis, onLanguage, onTalking }: HelpPageProps) {
  return (
    <>
      <ExitBar />
      <main class={css.page}>
        <GuestPanel crisis={crisis} onTalking={onTalking} />
        <section class={css.part} aria-labelledby="call">
          <h2 id="call">{say("help.call")}</h2>
          <p>{say("help.danger")}</p>
          <Numbers />
        </section>
        <Grounding />
        <details class={css.details}>
          <summary>{say("help.traces.title")}</summary>
          <p>{say("help.traces.text")}</p>
          <p>{say("help.traces.keys")}</p>
        </details>
        <LanguageChoice onLanguage={onLanguage} />
      </main>
    </>
  )
}

function LanguageChoice({ onLanguage }: Pick<HelpPageProps, "onLanguage">) {
  return (
    <div class={css.languages} role="group" aria-label={say("language")}>
      {Object.entries(LANGUAGES).map(([code, name]) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-pressed={words().language === code}
          onClick={() => isLanguage(code) && onLanguage(code)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
