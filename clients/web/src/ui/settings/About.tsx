import { Screen, Section } from "../parts/Screen"
import { say } from "../words"
import css from "./Settings.module.css"

/** What the encryption does, and that nobody from outside has checked it. */
export function About() {
  return (
    <Screen title={say("about.title")} back="#/settings">
      <blockquote class={css.statement}>
        <p>
          <strong>{say("about.not_audited")}</strong> {say("about.statement")}
        </p>
      </blockquote>
      <p>{say("about.server")}</p>
      <p>{say("about.people")}</p>
      <Section title={say("exit")}>
        <p>{say("help.traces.keys")}</p>
        <p>{say("help.traces.text")}</p>
      </Section>
    </Screen>
  )
}
