import { useState } from "preact/hooks"
import type { TestAnswer, Verifies as Told } from "../../state/hook-models"
import { Button } from "../parts/Button"
import { Confirm } from "../parts/Confirm"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { say as sayHere } from "../words"
import type { EndpointProps } from "./endpoint-props"
import { Verifies } from "./Verifies"
import { hookProblem, nameOf, say } from "./words"

/** To try it, to change its key, to end it or to begin again. */
export function EndpointActions({ hooks, shown: { endpoint, purpose, state } }: EndpointProps) {
  const [asked, setAsked] = useState<"rotate" | "disable">()
  const [answer, setAnswer] = useState<TestAnswer>()
  const [verifies, setVerifies] = useState<Told>()
  const { busy, problem, ask } = useAsking()
  const name = nameOf(`purpose.${purpose}`, purpose)
  const test = async () => {
    setAnswer(undefined)
    const found = await ask(() => hooks.test(endpoint))
    setAnswer(found.answer)
  }
  const rotate = async () => {
    const found = await hooks.rotate(endpoint)
    // One that is not taken leaves what was shown: nothing else says it again.
    if (found.done) setVerifies(found.verifies)
    return found
  }
  return (
    <div class={css.part}>
      <p class={css.line} data-part="actions">
        <Button disabled={busy} label={say("test.of", { name })} onClick={() => void test()}>
          {busy ? sayHere("busy") : say("test")}
        </Button>
        <Button label={say("rotate.of", { name })} onClick={() => setAsked("rotate")}>
          {say("rotate")}
        </Button>
        {state === "disabled" ? (
          <Button
            disabled={busy}
            label={say("enable.of", { name })}
            onClick={() => void ask(() => hooks.enable(endpoint))}
          >
            {say("enable")}
          </Button>
        ) : (
          <Button look="careful" label={say("disable.of", { name })} onClick={() => setAsked("disable")}>
            {say("disable")}
          </Button>
        )}
      </p>
      {answer && <p role="status">{answerWords(answer)}</p>}
      {verifies !== undefined && <Verifies told={verifies} />}
      {problem && <p role="alert">{hookProblem(problem)}</p>}
      {asked === "rotate" && (
        <Confirm
          title={say("rotate.title")}
          label={say("rotate")}
          run={rotate}
          problemText={hookProblem}
          onClose={() => setAsked(undefined)}
        >
          <p>{say("rotate.text")}</p>
        </Confirm>
      )}
      {asked === "disable" && (
        <Confirm
          title={say("disable.title")}
          label={say("disable")}
          look="careful"
          run={() => hooks.disable(endpoint)}
          problemText={hookProblem}
          onClose={() => setAsked(undefined)}
        >
          <p>{say("disable.text")}</p>
        </Confirm>
      )}
    </div>
  )
}

function answerWords({ status, outcome }: TestAnswer): string {
  if (status === undefined) return say("test.unreached", { reason: nameOf(`last.${outcome}`, outcome) })
  return say(status >= 200 && status < 300 ? "test.well" : "test.other", { status: String(status) })
}
