import type { Member, MemberDevice } from "../../state/models"
import { say, words } from "../words"
import css from "./MemberDevices.module.css"

export interface MemberDevicesProps {
  readonly member: Member
  readonly open: boolean
}

/** Every device with which somebody reads along here. */
export function MemberDevices({ member, open }: MemberDevicesProps) {
  return (
    <details class={css.devices} open={open}>
      <summary>{say("people.devices", { count: member.devices.length })}</summary>
      <ul role="list" class={css.list}>
        {member.devices.map((each) => (
          <li key={each.device}>
            <p>{say(each.current ? "devices.this" : "devices.other", { id: each.device.slice(0, 8) })}</p>
            <p class={css.facts}>{factsOf(member, each)}</p>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** What vouches for a device is its account's list; comparing numbers vouches for the account. */
function factsOf({ me, verified }: Member, { addedAt }: MemberDevice): string {
  if (addedAt === undefined) return say("people.device.unlisted")
  const added = say("devices.added", { date: words().date(addedAt, { dateStyle: "medium" }) })
  if (me) return added
  return `${added} · ${say(verified ? "encryption.verified" : "people.device.not_compared")}`
}
