import { useEffect, useState } from "preact/hooks"
import type { CallRow, CallRoute, Calls } from "../../state/call-models"
import { Switch } from "../parts/Choice"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { type CallKey, callProblem, say } from "./words"

export interface DirectProps {
  readonly calls: Calls
  readonly conversation: string
  /** The call that goes on there. */
  readonly running: CallRow | undefined
}

/** Between two: whether each learns the other's internet address, and one's own say in that. */
export function Direct({ calls, conversation, running }: DirectProps) {
  const [route, setRoute] = useState<CallRoute>()
  const { problem, ask } = useAsking()
  useEffect(() => {
    let isWanted = true
    void calls.route(conversation).then((found) => isWanted && setRoute(found))
    return () => {
      isWanted = false
    }
  }, [calls, conversation, running?.call])
  if (route === undefined) return null
  const choose = async (wish: boolean) => {
    const { route: chosen } = await ask(() => calls.wishDirect(conversation, wish))
    if (chosen !== undefined) setRoute(chosen)
  }
  return (
    <Section title={say("direct.title")}>
      {route.mayChoose && (
        <Switch
          label={say("direct.do")}
          hint={say("direct.given_away")}
          on={route.wishesDirect}
          onChange={(wish) => void choose(wish)}
        />
      )}
      <p role="status">{say(wordsOf(route, running))}</p>
      {problem && <p role="alert">{callProblem(problem)}</p>}
    </Section>
  )
}

function wordsOf({ mayChoose, wishesDirect, isRelayed }: CallRoute, running: CallRow | undefined): CallKey {
  if (running?.isDirect === true) return "direct.now"
  if (isRelayed) return wishesDirect ? "direct.alone" : "direct.not"
  return mayChoose ? "direct.both" : "direct.always"
}
