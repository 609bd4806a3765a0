import type { Session } from "../../state/models"
import { Switch } from "../parts/Choice"
import { Group } from "../parts/Group"
import { Notice } from "../parts/Notice"
import { problemText } from "../parts/problems"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say } from "../words"
import { Quiet } from "./Quiet"

/** What others and this device get to know. */
export function Privacy({ session: { settings, devices } }: { readonly session: Session }) {
  const { problem, ask } = useAsking()
  const push = settings.push.value
  // Leaving nothing behind must not lose the account.
  const comesBack = devices.recovery.value !== undefined || devices.list.value.length > 1
  return (
    <Screen title={say("privacy.title")} back="#/settings">
      <Section title={say("privacy.others")}>
        <Group>
          <Switch
            label={say("privacy.typing")}
            hint={say("privacy.typing.hint")}
            on={settings.sendTyping.value}
            onChange={(on) => {
              settings.sendTyping.value = on
            }}
          />
          <Switch
            label={say("privacy.receipts")}
            hint={say("privacy.receipts.hint")}
            on={settings.sendReceipts.value}
            onChange={(on) => {
              settings.sendReceipts.value = on
            }}
          />
        </Group>
      </Section>
      <Section title={say("privacy.push")}>
        <Group>
          <Switch
            label={say("push.on")}
            hint={say(`push.${push}.hint`)}
            on={push === "on"}
            disabled={push === "unsupported" || push === "denied"}
            onChange={(on) => void ask(() => settings.setPush(on))}
          />
          {push !== "unsupported" && <Quiet settings={settings} />}
        </Group>
        {problem && <p role="alert">{problemText(problem)}</p>}
      </Section>
      <Section title={say("privacy.device")}>
        <Group>
          <Switch
            label={say("privacy.low")}
            hint={say("privacy.low.hint")}
            on={settings.lowData.value}
            onChange={(on) => {
              settings.lowData.value = on
            }}
          />
          <Switch
            label={say("privacy.nothing")}
            hint={say("privacy.nothing.hint")}
            on={settings.leaveNothing.value}
            disabled={!comesBack && !settings.leaveNothing.value}
            onChange={(on) => {
              settings.leaveNothing.value = on
            }}
          />
        </Group>
        {!comesBack && (
          <Notice actions={<a href="#/settings/recovery">{say("recovery.title")}</a>}>
            <p>{say("privacy.nothing.first")}</p>
          </Notice>
        )}
        <p>{say("privacy.exit")}</p>
      </Section>
    </Screen>
  )
}
