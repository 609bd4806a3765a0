import { useState } from "preact/hooks"
import type { ComeBack, Seal, Welcome } from "../../state/models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import { problemText } from "../parts/problems"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { Username } from "../parts/Username"
import { say } from "../words"
import { SealChoice, sealOf, sealProblem, useSeal } from "./SealChoice"
import css from "./WelcomeScreen.module.css"
import { countOf, WordsField, WORDS } from "./WordsField"

export interface RestoreProps {
  readonly welcome: Welcome
  readonly onBack: () => void
}

/** An account comes back: by its passkey, its passphrase, or its recovery words. */
export function Restore({ welcome, onBack }: RestoreProps) {
  const [kind, setKind] = useState<ComeBack["kind"]>(welcome.passkeys ? "passkey" : "passphrase")
  const [handle, setHandle] = useState("")
  const [passphrase, setPassphrase] = useState("")
  const [words, setWords] = useState("")
  const [seal, setSeal] = useSeal(welcome.passkeys)
  const [tried, setTried] = useState(false)
  const { busy, problem, ask } = useAsking()
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setTried(true)
    const by = comeBack(kind, { handle, passphrase, words })
    if (by === undefined) return
    const sealed: Seal | undefined = kind === "words" ? sealOf(seal) : undefined
    if (sealed === undefined || sealProblem(seal) === undefined) void ask(() => welcome.restore(by, sealed))
  }
  return (
    <Screen title={say("restore.title")}>
      <form class={css.form} onSubmit={submit} noValidate>
        <Choice
          label={say("restore.by")}
          value={kind}
          options={[
            ...(welcome.passkeys ? [["passkey", say("restore.by.passkey")] as const] : []),
            ["passphrase", say("restore.by.passphrase")],
            ["words", say("restore.by.words")],
          ]}
          onChange={setKind}
        />
        {kind === "passkey" && <p>{say("restore.passkey")}</p>}
        {kind === "passphrase" && (
          <>
            <Field
              label={say("restore.name")}
              value={handle}
              onInput={setHandle}
              problem={tried && handle.trim() === "" ? say("restore.name.missing") : undefined}
              literal
              autocomplete="username"
            />
            <Field
              label={say("seal.passphrase")}
              type="password"
              value={passphrase}
              onInput={setPassphrase}
              autocomplete="current-password"
            />
          </>
        )}
        {kind === "words" && (
          <>
            <WordsField words={words} onInput={setWords} wrong={tried && countOf(words) !== WORDS} />
            <Username />
            <SealChoice
              passkeys={welcome.passkeys}
              seal={seal}
              onChange={setSeal}
              problem={tried ? sealProblem(seal) : undefined}
            />
          </>
        )}
        <p>{say("restore.what")}</p>
        {busy && <p role="status">{say("restore.wait")}</p>}
        {problem && <p role="alert">{problemText(problem)}</p>}
        <div class={css.actions}>
          <Button look="main" type="submit" disabled={busy}>
            {say(busy ? "busy" : "restore.do")}
          </Button>
          <Button look="quiet" onClick={onBack}>
            {say("back")}
          </Button>
        </div>
      </form>
    </Screen>
  )
}

interface Typed {
  readonly handle: string
  readonly passphrase: string
  readonly words: string
}

/** What was typed, once it is whole. */
function comeBack(kind: ComeBack["kind"], { handle, passphrase, words }: Typed): ComeBack | undefined {
  if (kind === "passkey") return { kind }
  if (kind === "words") {
    return countOf(words) === WORDS ? { kind, words: words.trim().toLowerCase().split(/\s+/).join(" ") } : undefined
  }
  return handle.trim() === "" || passphrase === "" ? undefined : { kind, handle: handle.trim(), passphrase }
}
