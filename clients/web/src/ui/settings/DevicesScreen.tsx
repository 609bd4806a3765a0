import { useState } from "preact/hooks"
import type { Devices, OwnDevice, Pairing } from "../../state/models"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { Field } from "../parts/Field"
import { GroupList } from "../parts/Group"
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
  const [forgetting, setForgetting] = useState(false)
  const { busy, problem, ask } = useAsking()
  const revoke = async (device: OwnDevice) => {
    const outcome = await ask(() => devices.revoke(device.device))
    if (outcome.done) setLeaving(undefined)
  }
  return (
    <Screen title={say("devices.title")} back="#/settings">
      <p>{say("devices.lead")}</p>
      <GroupList>
        {devices.list.value.map((device) => (
          <li key={device.device} class={css.device}>
            <div class={css.about}>
              <p class={css.name}>
                {say(device.current ? "devices.this" : "devices.other", { id: device.device.slice(0, 8) })}
              </p>
              <p class={css.facts}>{factsOf(device)}</p>
            </div>
            {device.current ? (
              <Button onClick={() => setForgetting(true)}>{say("locked.forget")}</Button>
            ) : (
              <Button onClick={() => setLeaving(device)}>{say("devices.remove")}</Button>
            )}
          </li>
        ))}
      </GroupList>
      <Approve devices={devices} />
      <Section title={say("devices.key")}>
        <p>{say("devices.key.text")}</p>
        <p>
          <a href="#/settings/key">{say("newkey.title")}</a>
        </p>
      </Section>
      {forgetting && <Forget devices={devices} onClose={() => setForgetting(false)} />}
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

/** Out of the account and out of this browser. */
function Forget({ devices, onClose }: { readonly devices: Devices; readonly onClose: () => void }) {
  const { busy, problem, ask } = useAsking()
  const comesBack = devices.recovery.value !== undefined || devices.list.value.length > 1
  return (
    <Dialog
      title={say("locked.forget")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say("cancel")}</Button>
          <Button look="careful" disabled={busy} onClick={() => void ask(() => devices.forgetThis())}>
            {say("locked.forget.do")}
          </Button>
        </>
      }
    >
      <p>{say(comesBack ? "locked.forget.text" : "devices.forget.alone")}</p>
      {problem && <p role="alert">{problemText(problem)}</p>}
    </Dialog>
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
