import { useState } from "preact/hooks"
import { LANGUAGES } from "../../i18n/languages"
import type { Role } from "../../protocol/events"
import type { App, Session } from "../../state/models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Dialog } from "../parts/Dialog"
import { GroupList, LinkRow } from "../parts/Group"
import { problemText } from "../parts/problems"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { RewardRows } from "../rewards/RewardRows"
import { say, words } from "../words"

/** The server says who may; nobody else is shown the way. */
const REVIEWERS: readonly Role[] = ["coordinator", "supervisor"]
const SIZES = ["1", "1.25", "1.5", "2"] as const

export interface OverviewProps {
  readonly app: App
  readonly session: Session
}

/** Everything that can be set, in one place. */
export function Overview({ app, session }: OverviewProps) {
  const { display } = app
  return (
    <Screen title={say("settings.title")} back="#/">
      <p>{say("settings.me", { name: session.me.handle })}</p>
      <nav aria-label={say("settings.title")}>
        <GroupList>
          <LinkRow to="#/settings/devices" icon="device" text={say("devices.title")} />
          <LinkRow to="#/settings/passkeys" icon="key" text={say("passkeys.title")} />
          <LinkRow to="#/settings/recovery" icon="lock" text={say("recovery.title")} />
          <LinkRow to="#/settings/privacy" icon="shield" text={say("privacy.title")} />
          <LinkRow to="#/settings/sharing" icon="talk" text={say("settings.sharing")} />
          <LinkRow to="#/settings/data" icon="save" text={say("data.title")} />
          <LinkRow to="#/settings/recording" icon="play" text={say("recording.open")} />
          <LinkRow to="#/mentor" icon="talk" text={say("settings.mentor")} />
          <LinkRow to="#/credentials" icon="check" text={say("settings.credentials")} />
          <LinkRow to="#/apply" icon="hand" text={say("settings.apply")} />
          {session.roles.value.some((role) => REVIEWERS.includes(role)) && (
            <LinkRow to="#/review" icon="people" text={say("settings.review")} />
          )}
          {session.roles.value.some((role) => REVIEWERS.includes(role)) && (
            <LinkRow to="#/mentor/queue" icon="seen" text={say("settings.proposals")} />
          )}
          <RewardRows session={session} />
          {session.roles.value.includes("operator") && (
            <LinkRow to="#/hooks" icon="send" text={say("settings.hooks")} />
          )}
          <LinkRow to="#/settings/server" icon="seen" text={say("server.title")} />
          <LinkRow to="#/settings/about" icon="about" text={say("about.title")} />
        </GroupList>
      </nav>
      <Section title={say("display.title")}>
        <Choice
          label={say("language")}
          value={display.language.value}
          options={Object.entries(LANGUAGES).map(([code, name]) => [code, name, code] as const)}
          onChange={(language) => {
            display.language.value = language
          }}
        />
        <Choice
          label={say("theme")}
          value={display.theme.value}
          options={(["system", "light", "dark", "contrast"] as const).map((theme) => [theme, say(`theme.${theme}`)])}
          onChange={(theme) => {
            display.theme.value = theme
          }}
        />
        <Choice
          label={say("text_size")}
          value={SIZES.find((size) => Number(size) === display.textScale.value) ?? "1"}
          options={SIZES.map((size) => [size, words().number(Number(size), { style: "percent" })])}
          onChange={(size) => {
            display.textScale.value = Number(size)
          }}
        />
      </Section>
      <SignOut session={session} />
    </Screen>
  )
}

function SignOut({ session }: { readonly session: Session }) {
  const [asked, setAsked] = useState(false)
  const { busy, problem, ask } = useAsking()
  return (
    <Section title={say("sign_out")}>
      <p>
        <Button onClick={() => setAsked(true)}>{say("sign_out")}</Button>
      </p>
      {asked && (
        <Dialog
          title={say("sign_out")}
          onClose={() => setAsked(false)}
          actions={
            <>
              <Button onClick={() => setAsked(false)}>{say("cancel")}</Button>
              <Button disabled={busy} onClick={() => void ask(() => session.signOut(true))}>
                {say("sign_out.everywhere")}
              </Button>
              <Button look="main" disabled={busy} onClick={() => void ask(() => session.signOut(false))}>
                {say("sign_out.here")}
              </Button>
            </>
          }
        >
          <p>{say("sign_out.text")}</p>
          {problem && <p role="alert">{problemText(problem)}</p>}
        </Dialog>
      )}
    </Section>
  )
}
