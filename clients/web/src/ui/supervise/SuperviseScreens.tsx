import { useLoaded } from "../parts/useLoaded"
import { Screen } from "../parts/Screen"
import type { Desk } from "../../state/desk-models"
import { AuditScreen } from "./AuditScreen"
import { PolicyScreen } from "./PolicyScreen"
import { say } from "./words"

export interface SuperviseProps {
  readonly desk: Desk
}

export function Policy({ desk }: SuperviseProps) {
  const policy = useLoaded(() => desk.policy())
  return policy ? <PolicyScreen policy={policy} /> : <Opening title={say("policy.title")} />
}

export function Audit({ desk }: SuperviseProps) {
  const audit = useLoaded(() => desk.audit())
  return audit ? <AuditScreen audit={audit} /> : <Opening title={say("audit.title")} />
}

function Opening({ title }: { readonly title: string }) {
  return (
    <Screen title={title} back="#/desk">
      <p role="status">{say("asking")}</p>
    </Screen>
  )
}
