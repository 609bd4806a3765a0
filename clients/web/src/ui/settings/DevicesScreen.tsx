import { useState } from "preact/hooks"
import type { Devices, OwnDevice, Pairing } from "../../state/models"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { Field } from "../parts/Field"
import { problemText } from "../parts/problems"
import { Scanner } from "../parts/Scanner"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { PairingSteps } from "../welcome/PairingSteps"
import { say, words } from "../words"
import css from "./Settings.module.css"

/** Every device that can read and write for this account. */
export function DevicesScreen({ devices }: { readonly devices: Devices }) {
  const [leaving, setLeaving] = useState<OwnDevice>()
  const { busy, problem, ask } = useAsking()
  const revoke = async (device: OwnDevice) => {
    const outcome = await ask(() => devices.revoke(device.device))
    if (outcome.done) setLeaving(undefined)
  }
  return (
    <Screen title={say("devices.title")} back="#/settings">
      <p>{say("devices.lead")}</p>
      <ul role="list" class={css.list}>
        {devices.list.value.map((device) => (
          <li key={device.device} class={css.device}>
            <div class={css.about}>
              <p class={css.name}>
                {say(device.current ? "devices.this" : "devices.other", { id: device.device.slice(0, 8) })}
              </p>
              <p class={css.facts}>{factsOf(device)}</p>
            </div>
            {!device.current && <Button onClick={() => setLeaving(device)}>{say("devices.remove")}</Button>}
          </li>
        ))}
      </ul>
      <Approve devices={devices} />
      {leaving && (
        <Dialog
          title={say("devices.remove")}
          onClose={() => setLeaving(undefined)}
          actions={
            <>
              <Button onClick={() => setLeaving(undefined)}>{say("cancel")}</Button>
              <Button look="main" disabled={busy} onClick={() => void revoke(leaving)}>
                {say("devices.remove")}
              </Button>
            </>
          }
        >
          <p>{say("devices.remove.text")}</p>
          {problem && <p role="alert">{problemText(problem)}</p>}
        </Dialog>
      )}
    </Screen>
  )
}

function factsOf({ addedAt, signedIn }: OwnDevice): string {
  const added = addedAt && say("devices.added", { date: words().date(addedAt, { dateStyle: "medium" }) })
  return [added, say(signedIn ? "devices.signed_in" : "devices.signed_out")].filter(Boolean).join(" · ")
}

/** Lets a new device in, by what it shows. */
function Approve({ devices }: { readonly devices: Devices }) {
  const [code, setCode] = useState("")
  const [pairing, setPairing] = useState<Pairing>()
  const begin = (payload: string) => payload.trim() !== "" && setPairing(devices.approve(payload.trim()))
  const end = () => {
    pairing?.cancel()
    setPairing(undefined)
  }
  return (
    <Section title={say("approve.title")}>
      {pairing ? (
        <PairingSteps pairing={pairing} onEnd={end} />
      ) : (
        <>
          <p>{say("approve.text")}</p>
          <Scanner onFound={begin} />
          <form
            class={css.form}
            onSubmit={(event) => {
              event.preventDefault()
              begin(code)
            }}
          >
            <Field label={say("approve.code")} value={code} onInput={setCode} literal autocomplete="off" />
            <Button type="submit" disabled={code.trim() === ""}>
              {say("approve.do")}
            </Button>
          </form>
        </>
      )}
    </Section>
  )
}
