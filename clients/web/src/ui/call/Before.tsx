import { useEffect, useState } from "preact/hooks"
import type { CallMedia, Calls, Check } from "../../state/call-models"
import type { Conversation, Member } from "../../state/models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Notice } from "../parts/Notice"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { Another, anotherOf } from "./Another"
import { CheckSteps } from "./Check"
import { Direct } from "./Direct"
import { OpenRoom } from "./OpenRoom"
import css from "./Panel.module.css"
import { Planned } from "./Planned"
import { callProblem, say, sayOr } from "./words"

export interface BeforeProps {
  readonly calls: Calls
  readonly conversation: Conversation
}

/** Before a call: what it is, a check of devices and path, and the way in. */
export function Before({ calls, conversation: { id: conversation, kind, members } }: BeforeProps) {
  const running = calls.running.value.find((each) => each.conversation === conversation)
  const [wanted, setWanted] = useState<CallMedia>("audio")
  const { busy, problem, ask } = useAsking()
  const media = running?.media ?? wanted
  const decline = async (call: string) => {
    const { done } = await ask(() => calls.decline(call))
    if (done) go(`#/c/${conversation}`)
  }
  const goIn = () => (running === undefined ? calls.start(conversation, wanted) : calls.join(running.call))
  const another = anotherOf(calls.running.value, conversation)
  const move = async () => {
    const left = await calls.leaveOthers(conversation)
    return left.done ? goIn() : left
  }
  useEffect(() => calls.refresh(), [calls])
  return (
    <Screen
      title={kind === "crisis" ? say("title.crisis") : sayOr(`kind.${running?.kind ?? ""}`, "before.title")}
      back={`#/c/${conversation}`}
    >
      {calls.lacks === undefined ? (
        <>
          <p>{running === undefined ? say("before.start") : say("before.join", { name: running.by })}</p>
          {running?.isElsewhere === true && <p>{say("another.device")}</p>}
          {kind === "crisis" && (
            <Notice look="plain">
              <p>{say("crisis.voice")}</p>
              <p>{say("crisis.relay")}</p>
            </Notice>
          )}
          {running === undefined && kind !== "crisis" && (
            <Choice
              label={say("before.media")}
              value={wanted}
              options={[
                ["audio", say("step.audio")],
                ["video", say("step.video")],
              ]}
              onChange={setWanted}
            />
          )}
          {another !== undefined && <Another other={another} conversation={conversation} onMove={move} />}
          {another === undefined && (
            <div class={css.acts}>
              <Button look="main" disabled={busy} onClick={() => void ask(goIn)}>
                {say(running === undefined ? "before.go.start" : "before.go.join")}
              </Button>
              {running !== undefined && !running.isMine && !running.isElsewhere && (
                <Button disabled={busy} onClick={() => void decline(running.call)}>
                  {say("before.decline")}
                </Button>
              )}
            </div>
          )}
          <p class={css.faint}>{say("before.off")}</p>
          {problem && <p role="alert">{callProblem(problem)}</p>}
          {another === undefined && (kind === "direct" || kind === "circle") && (
            <Planned
              calls={calls}
              conversation={conversation}
              mayOpen={kind === "direct" || leads(members.value)}
              mayPlan={kind === "direct"}
            />
          )}
          {kind === "direct" && <Direct calls={calls} conversation={conversation} running={running} />}
          {another === undefined && running === undefined && kind === "circle" && leads(members.value) && (
            <OpenRoom calls={calls} conversation={conversation} members={members.value} />
          )}
          {another?.isHere !== true && (
            <Section title={say("check.title")}>
              <p>{say(kind === "crisis" ? "check.lead.crisis" : "check.lead")}</p>
              <Checking calls={calls} media={media} />
            </Section>
          )}
        </>
      ) : (
        <Lacking conversation={conversation} />
      )}
    </Screen>
  )
}

const leads = (members: readonly Member[]) => members.some(({ me, staff }) => me && staff)

function Checking({ calls, media }: { readonly calls: Calls; readonly media: CallMedia }) {
  const check = useCheck(calls)
  return check ? <CheckSteps check={check} media={media} /> : null
}

/** A check, for as long as it is looked at: with the screen it lets go of camera and microphone. */
export function useCheck(calls: Calls): Check | undefined {
  const [check, setCheck] = useState<Check>()
  useEffect(() => {
    let wanted = true
    const checking = calls.check()
    void checking.then((found) => wanted && setCheck(found))
    return () => {
      wanted = false
      void checking.then((found) => found.close())
    }
  }, [calls])
  return check
}

function Lacking({ conversation }: { readonly conversation: string }) {
  return (
    <>
      <p>{say("fault.e2ee_unsupported")}</p>
      <p>{say("fault.e2ee_unsupported.do")}</p>
      <p>
        <a href={`#/c/${conversation}`}>{say("write")}</a>
      </p>
    </>
  )
}
