import { Screen, Section } from "../parts/Screen"
import { say } from "../words"
import stored from "./stored.json"
import css from "./Settings.module.css"

const GROUPS = [
  "account",
  "keys",
  "conversations",
  "messages",
  "files",
  "backup",
  "notices",
  "log",
  "reports",
  "crisis",
  "calls",
  "matching",
  "hooks",
] as const
const NEVER = ["text", "names", "read", "passphrase", "contacts"] as const

/** Everything that the server keeps, to the last column of its database. */
export function ServerSees() {
  return (
    <Screen title={say("server.title")} back="#/settings">
      <p>{say("server.lead")}</p>
      <Section title={say("server.never")}>
        <ul>
          {NEVER.map((what) => (
            <li key={what}>{say(`server.never.${what}`)}</li>
          ))}
        </ul>
      </Section>
      <Section title={say("server.stored")}>
        <div>
          {GROUPS.map((group) => (
            <div key={group} class={css.details}>
              <p>{say(`stored.${group}`)}</p>
              <details>
                <summary>{say("server.columns")}</summary>
                <dl dir="ltr" lang="en">
                  {Object.entries(stored[group]).map(([table, columns]) => (
                    <div key={table}>
                      <dt>{table}</dt>
                      <dd>{columns.join(", ")}</dd>
                    </div>
                  ))}
                </dl>
              </details>
            </div>
          ))}
        </div>
      </Section>
      <Section title={say("about.title")}>
        <p>{say("about.server")}</p>
        <p>
          <a href="#/settings/about">{say("about.not_audited")}</a>
        </p>
      </Section>
    </Screen>
  )
}
