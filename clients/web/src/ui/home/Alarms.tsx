import type { Alarm } from "../../state/models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { say } from "../words"
import css from "./Alarms.module.css"

const KNOWN = [
  "own_account",
  "split_view",
  "not_proven",
  "key_changed",
  "other_key",
  "refused",
  "outsider",
  "service_key",
  "report_key",
  "new_device",
] as const

/** What this device found out about keys; each stays until somebody has seen it. */
export function Alarms({ alarms }: { readonly alarms: readonly Alarm[] }) {
  if (alarms.length === 0) return null
  return (
    <section class={css.alarms} aria-label={say("alarms.title")}>
      {alarms.map((alarm) => (
        <Notice key={alarm.id} actions={<Button onClick={() => void alarm.acknowledge()}>{say("alarms.seen")}</Button>}>
          <p>{textOf(alarm)}</p>
          {alarm.code === "new_device" && (
            <p>
              <a href="#/settings/devices">{say("devices.title")}</a>
            </p>
          )}
        </Notice>
      ))}
    </section>
  )
}

function textOf({ code, handle }: Alarm): string {
  const known = KNOWN.find((each) => each === code)
  return say(`alarm.${known ?? "other"}`, { name: handle ?? say("somebody") })
}
