import { useState } from "preact/hooks"
import type { Devices, Problem } from "../../state/models"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { problemText } from "../parts/problems"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say } from "../words"

/** Another key for the account: when to make one, what it changes, and what is left to do after. */
export function NewKey({ devices }: { readonly devices: Devices }) {
  const [made, setMade] = useState(false)
  return made ? <Made /> : <Before devices={devices} onMade={() => setMade(true)} />
}

function Before({ devices, onMade }: { readonly devices: Devices; readonly onMade: () => void }) {
  const [asked, setAsked] = useState(false)
  const { busy, problem, ask } = useAsking()
  const make = async () => {
    const { done } = await ask(() => devices.newAccountKey())
    if (done) onMade()
  }
  return (
    <Screen key="before" title={say("newkey.title")} back="#/settings/devices">
      <p>{say("newkey.when")}</p>
      <p>{say("newkey.when.not")}</p>
      <Section title={say("newkey.happens")}>
        <ul>
          <li>{say("newkey.happens.kept")}</li>
          <li>{say("newkey.happens.told")}</li>
          <li>{say("newkey.happens.compare")}</li>
          <li>{say("newkey.happens.devices")}</li>
          <li>{say("newkey.happens.ways")}</li>
        </ul>
      </Section>
      <p>
        <Button look="main" onClick={() => setAsked(true)}>
          {say("newkey.do")}
        </Button>
      </p>
      {asked && (
        <Dialog
          title={say("newkey.title")}
          onClose={() => setAsked(false)}
          actions={
            <>
              <Button onClick={() => setAsked(false)}>{say("cancel")}</Button>
              <Button look="main" disabled={busy} onClick={() => void make()}>
                {say(busy ? "busy" : "newkey.do")}
              </Button>
            </>
          }
        >
          <p>{say("newkey.sure")}</p>
          {problem && <p role="alert">{problemWords(problem)}</p>}
        </Dialog>
      )}
    </Screen>
  )
}

/** A screen of its own: its heading has the focus, and says that it is done. */
function Made() {
  return (
    <Screen key="made" title={say("newkey.made")} back="#/settings/devices">
      <p>{say("newkey.made.told")}</p>
      <Section title={say("newkey.left")}>
        <p>{say("newkey.left.text")}</p>
        <ul>
          <li>
            <a href="#/settings/recovery">{say("newkey.left.words")}</a>
          </li>
          <li>
            <a href="#/settings/passkeys">{say("newkey.left.passkeys")}</a>
          </li>
          <li>
            <a href="#/settings/devices">{say("newkey.left.devices")}</a>
          </li>
        </ul>
      </Section>
    </Screen>
  )
}

/** Without a connection nobody knows whether the server took it; the device finds out by itself. */
function problemWords(problem: Problem): string {
  return problem.fault === "network" ? say("newkey.later") : problemText(problem)
}
