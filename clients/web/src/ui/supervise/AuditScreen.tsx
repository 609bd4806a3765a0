import { useEffect, useState } from "preact/hooks"
import type { AuditResult, AuditRoom, Broken } from "../../state/supervise-models"
import { Button } from "../parts/Button"
import { Field } from "../parts/Field"
import { Notice } from "../parts/Notice"
import { saveAs } from "../parts/saveAs"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { fileSize } from "../times"
import { words } from "../words"
import { momentOf } from "./said"
import looks from "../desk/Desk.module.css"
import css from "./Supervise.module.css"
import { say, superviseProblem, type SuperviseKey } from "./words"

const FILE = "desk-log.jsonl"
const HEAD = /^[0-9a-f]{64}$/

/** The log of the desk: fetched, checked on this device, and taken along. */
export function AuditScreen({ audit }: { readonly audit: AuditRoom }) {
  const [known, setKnown] = useState("")
  const { busy, problem, ask } = useAsking()
  // Nothing goes on behind another screen.
  useEffect(() => () => audit.stop(), [audit])
  const progress = audit.progress.value
  const result = audit.result.value
  const head = known.trim().toLowerCase()
  const isHead = head === "" || HEAD.test(head)
  return (
    <Screen title={say("audit.title")} back="#/desk">
      <p>{say("audit.what")}</p>
      <form
        class={looks.sheet}
        onSubmit={(event) => {
          event.preventDefault()
          if (isHead) void ask(() => audit.read(head))
        }}
      >
        <Field
          label={say("audit.known")}
          hint={say("audit.known.hint")}
          value={known}
          onInput={setKnown}
          literal
          autocomplete="off"
          problem={isHead ? undefined : say("audit.known.wrong")}
        />
        <p class={looks.line}>
          <Button type="submit" look="main" disabled={busy || !isHead}>
            {say("audit.do")}
          </Button>
          {progress && <Button onClick={() => audit.stop()}>{say("audit.stop")}</Button>}
        </p>
        {progress && (
          <div class={looks.rows}>
            <progress
              class={css.progress}
              aria-label={say("audit.progress")}
              max={Math.max(1, progress.total)}
              value={progress.rows}
            />
            <p class={looks.faint}>{say("audit.rows", { count: progress.rows, total: progress.total })}</p>
          </div>
        )}
        {problem && <p role="alert">{superviseProblem(problem)}</p>}
      </form>
      {result && <Result result={result} />}
    </Screen>
  )
}

function Result({ result }: { readonly result: AuditResult }) {
  const holds = result.broken === undefined && result.kept?.holds !== false && result.given !== false
  return (
    <>
      <Section title={say("audit.result")}>
        <Notice look={holds ? "plain" : "notice"} live title={say(holds ? "audit.holds" : "audit.broken")}>
          {result.broken && <p>{brokenWords(result.broken)}</p>}
          {result.kept && <p>{say(result.kept.holds ? "audit.kept" : "audit.kept.gone", keptValues(result.kept))}</p>}
          {result.given !== undefined && <p>{say(result.given ? "audit.given" : "audit.given.gone")}</p>}
          {!holds && <p>{say("audit.broken.then")}</p>}
        </Notice>
        <p>{rowsWords(result)}</p>
        {result.erased > 0 && <p>{say("audit.erased", { count: result.erased })}</p>}
        <p>
          <Button onClick={() => saveAs(result.file, FILE)}>
            {say("audit.save", { size: fileSize(result.file.size) })}
          </Button>
        </p>
      </Section>
      {result.rows > 0 && holds && <Head head={result.head} />}
    </>
  )
}

/** What to keep where nobody of this server reaches it. */
function Head({ head }: { readonly head: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(head)
      setCopied(true)
    } catch {
      // A browser that keeps its clipboard: the head can be selected by hand.
      setCopied(false)
    }
  }
  return (
    <Section title={say("audit.head")}>
      <p>{say("audit.head.hint")}</p>
      <p>
        <code class={css.code} dir="ltr">
          {head}
        </code>
      </p>
      <p class={looks.line}>
        <Button onClick={() => void copy()}>{say("audit.copy")}</Button>
        <span role="status" class={looks.faint}>
          {isCopied && say("audit.copied")}
        </span>
      </p>
    </Section>
  )
}

function rowsWords({ rows, from, until }: AuditResult): string {
  if (from === undefined || until === undefined) return say("audit.empty")
  return say("audit.span", { count: rows, from: momentOf(from), until: momentOf(until) })
}

const brokenWords = ({ place, flaw }: Broken): string =>
  say("audit.flaw", { number: words().number(place + 1), what: say(`flaw.${flaw}` as SuperviseKey) })

const keptValues = ({ at, rows }: { readonly at: Date; readonly rows: number }) => ({ time: momentOf(at), count: rows })
