import { useEffect, useState } from "preact/hooks"
import type { Conversation, SafetyNumber } from "../../state/models"
import { Switch } from "../parts/Choice"
import { Group } from "../parts/Group"
import { Qr } from "../parts/Qr"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say } from "../words"
import { encryptionWords } from "./encryption"
import css from "./Safety.module.css"

/** How to make sure that nobody stands between: digits or a code to compare elsewhere. */
export function Safety({ conversation }: { readonly conversation: Conversation }) {
  const [number, setNumber] = useState<SafetyNumber>()
  const { ask } = useAsking()
  const encryption = conversation.encryption.value
  const members = conversation.members.value
  useEffect(() => {
    let wanted = true
    void conversation.safetyNumber().then((found) => wanted && setNumber(found))
    return () => {
      wanted = false
    }
  }, [conversation, members])
  return (
    <Screen title={say("safety.title")} back={`#/c/${conversation.id}`}>
      <p class={css.state}>{encryptionWords(encryption)}</p>
      <p>{say(conversation.kind !== "direct" ? "safety.how.circle" : "safety.how")}</p>
      {number ? (
        <>
          <div class={css.digits} dir="ltr" aria-label={say("safety.digits")} role="group">
            {number.digits.map((group, index) => (
              <span key={index}>{group}</span>
            ))}
          </div>
          {number.payload && <Qr content={number.payload} label={say("safety.qr")} />}
          {!number.lasts && <p>{say("safety.changes")}</p>}
        </>
      ) : (
        <p role="status">{say("busy")}</p>
      )}
      <Section title={say("safety.compared")}>
        <p>{say("safety.compared.hint")}</p>
        <Group>
          {members
            .filter((member) => !member.me)
            .map((member) => (
              <Switch
                key={member.account}
                label={say("safety.same", { name: member.handle })}
                on={member.verified}
                onChange={(on) => void ask(() => conversation.setVerified(member.account, on))}
              />
            ))}
        </Group>
      </Section>
      <Section title={say("safety.strength")}>
        <p>{say(`strength.${encryption.strength}`)}</p>
      </Section>
    </Screen>
  )
}
