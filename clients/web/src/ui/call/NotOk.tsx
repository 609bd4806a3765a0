import { useEffect, useState } from "preact/hooks"
import type { Circle, Participant, Room } from "../../state/call-models"
import type { CrisisOfMember } from "../../state/crisis-models"
import { Button } from "../parts/Button"
import { Switch } from "../parts/Choice"
import { Dialog } from "../parts/Dialog"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { callProblem, say } from "./words"

export interface NotOkProps {
  readonly room: Room
  readonly circle: Circle
  readonly crisis: CrisisOfMember
  readonly onClose: () => void
}

/** Help from within a circle, without a word to the others: in every phase, for everybody. */
export function NotOk({ room, circle, crisis, onClose }: NotOkProps) {
  const [tells, setTells] = useState(true)
  const { busy, problem, ask } = useAsking()
  useEffect(() => crisis.lookForDesk(), [crisis])
  const me = room.people.value.find(({ isMe }) => isMe)
  const lead = leadOf(room.people.value)
  const isAsked = crisis.stage.value !== "start" && crisis.stage.value !== "over"
  const conversation = crisis.conversation.value
  const stepAside = async (member: string) => {
    const opened = await ask(() => circle.openSide(member))
    if (opened.done && opened.conversation !== undefined) go(`#/c/${opened.conversation}/call`)
  }
  return (
    <Dialog
      title={say("not_ok.title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say(isAsked ? "not_ok.stay" : "not_now")}</Button>
          {isAsked
            ? conversation !== undefined && (
                <Button look="main" onClick={() => go(`#/c/${conversation}`)}>
                  {say("not_ok.open")}
                </Button>
              )
            : crisis.desk.value !== "none" && (
                <Button look="main" disabled={busy} onClick={() => void ask(() => circle.askForHelp(tells))}>
                  {say("not_ok.ask")}
                </Button>
              )}
        </>
      }
    >
      <p role="status">{isAsked && say("not_ok.asked")}</p>
      {!isAsked && <p>{say(crisis.desk.value === "none" ? "not_ok.none" : "not_ok.lead")}</p>}
      {!isAsked && lead !== undefined && crisis.desk.value !== "none" && (
        <Switch
          label={say("not_ok.tell", { name: lead.handle })}
          hint={say("not_ok.tell.hint")}
          on={tells}
          onChange={setTells}
        />
      )}
      {lead !== undefined && lead.member !== me?.member && (
        <>
          <p>
            <Button wide disabled={busy} onClick={() => void stepAside(lead.member)}>
              {say("not_ok.step_out", { name: lead.handle })}
            </Button>
          </p>
          <p>{say("not_ok.step_out.hint")}</p>
        </>
      )}
      <p>
        <Button wide disabled={busy} onClick={() => void ask(() => circle.stepOut(me?.presence !== "away"))}>
          {say(me?.presence === "away" ? "not_ok.return" : "not_ok.pause")}
        </Button>
      </p>
      {problem && <p role="alert">{problem.fault === "network" ? say("not_ok.offline") : callProblem(problem)}</p>}
    </Dialog>
  )
}

/** Who is there for one person, so that the other leads on: the co-facilitator first. */
function leadOf(people: readonly Participant[]): Participant | undefined {
  const others = people.filter(({ isMe, presence }) => !isMe && presence === "on")
  return others.find(({ role }) => role === "co_facilitator") ?? others.find(({ role }) => role === "facilitator")
}
