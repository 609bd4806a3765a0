import { useEffect, useState } from "preact/hooks"
import type { OwnPasskey, Passkeys as Own, Problem } from "../../state/models"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { Field } from "../parts/Field"
import { GroupList } from "../parts/Group"
import { problemText } from "../parts/problems"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say, words } from "../words"
import css from "./Settings.module.css"

const LABEL_CHARS = 40

/** What can show that it is this person: all of it, one more, one less. */
export function Passkeys({ passkeys }: { readonly passkeys: Own }) {
  const [leaving, setLeaving] = useState<OwnPasskey>()
  const { busy, problem, ask } = useAsking()
  useEffect(() => void ask(() => passkeys.look()), [])
  const list = passkeys.list.value
  return (
    <Screen title={say("passkeys.title")} back="#/settings">
      <p>{say("passkeys.lead")}</p>
      {list === undefined && busy && <p role="status">{say("busy")}</p>}
      {list?.length === 0 && <p>{say("passkeys.none")}</p>}
      {list !== undefined && list.length > 0 && (
        <GroupList>
          {list.map((each) => (
            <li key={each.passkey} class={css.device}>
              <div class={css.about}>
                <p class={css.name}>
                  <bdi>{each.label}</bdi>
                </p>
                <p class={css.facts}>{factsOf(each)}</p>
                {!each.bringsBack && <p class={css.facts}>{say("passkeys.brings_nothing")}</p>}
                {each.isLastWay && (
                  <p class={css.facts}>
                    {say("passkeys.last")} <a href="#/settings/recovery">{say("recovery.title")}</a>
                  </p>
                )}
              </div>
              {!each.bringsBack && passkeys.possible && (
                <Button disabled={busy} onClick={() => void ask(() => passkeys.bringBackBy(each.passkey))}>
                  {say("passkeys.bring_back")}
                </Button>
              )}
              {!each.isLastWay && <Button onClick={() => setLeaving(each)}>{say("devices.remove")}</Button>}
            </li>
          ))}
        </GroupList>
      )}
      {problem && <p role="alert">{problemWords(problem)}</p>}
      {list !== undefined && <Another passkeys={passkeys} count={list.length} />}
      {leaving && <Leaving passkey={leaving} passkeys={passkeys} onClose={() => setLeaving(undefined)} />}
    </Screen>
  )
}

function Another({ passkeys, count }: { readonly passkeys: Own; readonly count: number }) {
  const [label, setLabel] = useState("")
  const { busy, problem, ask } = useAsking()
  if (!passkeys.possible || count >= passkeys.most) {
    return <p>{passkeys.possible ? say("passkeys.enough") : say("passkeys.impossible")}</p>
  }
  return (
    <Section title={say("passkeys.add")}>
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          void ask(() => passkeys.add(label.trim())).then(({ done }) => done && setLabel(""))
        }}
      >
        <Field
          label={say("passkeys.label")}
          hint={say("passkeys.label.hint")}
          value={label}
          onInput={setLabel}
          maxLength={LABEL_CHARS}
          autocomplete="off"
        />
        {count > 0 && <p>{say("passkeys.add.proof")}</p>}
        <Button type="submit" disabled={busy || label.trim() === ""}>
          {say(busy ? "busy" : "passkeys.add.do")}
        </Button>
      </form>
      {problem && <p role="alert">{problemWords(problem)}</p>}
    </Section>
  )
}

interface LeavingProps {
  readonly passkey: OwnPasskey
  readonly passkeys: Own
  readonly onClose: () => void
}

function Leaving({ passkey, passkeys, onClose }: LeavingProps) {
  const { busy, problem, ask } = useAsking()
  const remove = async () => {
    const { done } = await ask(() => passkeys.remove(passkey.passkey))
    if (done) onClose()
  }
  return (
    <Dialog
      title={say("passkeys.remove")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say("cancel")}</Button>
          <Button look="main" disabled={busy} onClick={() => void remove()}>
            {say(busy ? "busy" : "devices.remove")}
          </Button>
        </>
      }
    >
      <p>{say("passkeys.remove.text", { name: passkey.label })}</p>
      {passkey.opensHere && <p>{say("passkeys.remove.here")}</p>}
      {problem && <p role="alert">{problemWords(problem)}</p>}
    </Dialog>
  )
}

function factsOf({ madeAt, usedAt, opensHere }: OwnPasskey): string {
  const day = (date: Date) => words().date(date, { dateStyle: "medium" })
  const facts = [
    say("passkeys.made", { date: day(madeAt) }),
    usedAt ? say("passkeys.used", { date: day(usedAt) }) : say("passkeys.unused"),
    opensHere ? say("passkeys.here") : "",
  ]
  return facts.filter(Boolean).join(" · ")
}

/** Here nothing is to be locked with it, and there is no passphrase instead. */
function problemWords(problem: Problem): string {
  return problem.code === "client.passkey_unusable" ? say("passkeys.unusable") : problemText(problem)
}
