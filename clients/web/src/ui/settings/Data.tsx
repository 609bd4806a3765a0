import { useState } from "preact/hooks"
import type { OwnData } from "../../state/models"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { Field } from "../parts/Field"
import { problemText } from "../parts/problems"
import { saveAs } from "../parts/saveAs"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say } from "../words"

const FILE = "my-account.json"

export interface DataProps {
  readonly data: OwnData
  readonly handle: string
}

/** What is kept about somebody, to take along; and the end of it. */
export function Data({ data, handle }: DataProps) {
  const [ending, setEnding] = useState(false)
  const { busy, problem, ask } = useAsking()
  const save = async () => {
    const { file } = await ask(() => data.export())
    if (file) saveAs(file, FILE)
  }
  return (
    <Screen title={say("data.title")} back="#/settings">
      <Section title={say("data.export")}>
        <p>{say("data.export.text")}</p>
        <p>
          <Button disabled={busy} onClick={() => void save()}>
            {say(busy ? "busy" : "data.export.do")}
          </Button>
        </p>
        {problem && <p role="alert">{problemText(problem)}</p>}
      </Section>
      <Section title={say("data.end")}>
        <p>{say("data.end.text")}</p>
        <p>
          <Button onClick={() => setEnding(true)}>{say("data.end.do")}</Button>
        </p>
      </Section>
      {ending && <End data={data} handle={handle} onClose={() => setEnding(false)} />}
    </Screen>
  )
}

/** The name is typed: it cannot be undone, so it does not happen by one press. */
function End({ data, handle, onClose }: DataProps & { readonly onClose: () => void }) {
  const [typed, setTyped] = useState("")
  const { busy, problem, ask } = useAsking()
  return (
    <Dialog
      title={say("data.end")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say("cancel")}</Button>
          <Button look="careful" disabled={busy || typed.trim() !== handle} onClick={() => void ask(() => data.end())}>
            {say(busy ? "busy" : "data.end.do")}
          </Button>
        </>
      }
    >
      <p>{say("data.end.sure")}</p>
      <Field
        label={say("data.end.name", { name: handle })}
        value={typed}
        onInput={setTyped}
        literal
        autocomplete="off"
      />
      {problem && <p role="alert">{problemText(problem)}</p>}
    </Dialog>
  )
}
