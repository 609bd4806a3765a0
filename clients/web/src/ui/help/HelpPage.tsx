import { isLanguage, LANGUAGES } from "../../i18n/languages"
import { ExitBar } from "../shell/ExitBar"
import { sayHelp as say, words } from "../words"
import { Grounding } from "./Grounding"
import css from "./HelpPage.module.css"
import { Numbers } from "./Numbers"

export interface HelpPageProps {
  readonly onLanguage: (language: string) => void
}

/** The crisis entry: numbers first, then what helps to wait, then what a visit leaves behind. */
export function HelpPage({ onLanguage }: HelpPageProps) {
  return (
    <>
      <ExitBar />
      <main class={css.page}>
        <h1>{say("help.title")}</h1>
        <p class={css.lead}>{say("help.lead")}</p>
        <section class={css.part} aria-labelledby="call">
          <h2 id="call">{say("help.call")}</h2>
          <p>{say("help.danger")}</p>
          <Numbers />
        </section>
        <section class={css.part} aria-labelledby="talk">
          <h2 id="talk">{say("help.talk")}</h2>
          <p>{say("help.closed")}</p>
          <p>
            <a class={css.link} href="/#/">
              {say("help.to_messages")}
            </a>
          </p>
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

function LanguageChoice({ onLanguage }: HelpPageProps) {
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
