import { useEffect, useState } from "preact/hooks"
import type { Conversation, Session } from "../../state/models"
import type { CredentialAsked, Proofs } from "../../state/proof-models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { useAsking } from "../parts/useAsking"
import { useLoaded } from "../parts/useLoaded"
import { usePlace } from "../parts/usePlace"
import { say as sayHere } from "../words"
import { ChooseOne } from "./ChooseOne"
import { credentialProblem, say } from "./words"

export interface InTalkProofsProps {
  readonly rooms: Session["rooms"]
  readonly conversation: Conversation
}

/** Above a conversation: that somebody asks to see a credential, or has shown one. */
export function InTalkProofs({ rooms, conversation }: InTalkProofsProps) {
  const proofs = useLoaded(() => conversation.proofs())
  const [answered, setAnswered] = useState<CredentialAsked>()
  const { asked, isNew } = conversation.askedAndShown.value
  const place = usePlace(`${asked.map((each) => each.ask).join(" ")} ${answered?.ask ?? ""}`)
  const other = conversation.members.value.find(({ me }) => !me)
  useEffect(() => {
    if (asked.some((each) => each.ask !== answered?.ask)) setAnswered(undefined)
  }, [asked])
  if (proofs === undefined) return null
  return (
    <div ref={place} tabIndex={-1} data-part="proofs">
      {asked.map((each) => (
        <AskedHere key={each.ask} rooms={rooms} proofs={proofs} asked={each} onShown={() => setAnswered(each)} />
      ))}
      {answered !== undefined && asked.length === 0 && (
        <Notice look="plain" live actions={<Button onClick={() => setAnswered(undefined)}>{sayHere("close")}</Button>}>
          <p>{say("asked.done", { name: answered.handle })}</p>
        </Notice>
      )}
      {isNew && other !== undefined && (
        <Notice
          look="plain"
          live
          title={say("shown.title", { name: other.handle })}
          actions={<a href={`#/c/${conversation.id}/people`}>{say("shown.look")}</a>}
        >
          {null}
        </Notice>
      )}
    </div>
  )
}

interface AskedHereProps {
  readonly rooms: Session["rooms"]
  readonly proofs: Proofs
  readonly asked: CredentialAsked
  readonly onShown: () => void
}

function AskedHere({ rooms, proofs, asked: { ask: which, account, handle: name }, onShown }: AskedHereProps) {
  const [isChoosing, setChoosing] = useState(false)
  const { busy, problem, ask } = useAsking()
  const show = async (jwt: string) => {
    const outcome = await proofs.show(which, jwt, say("asked.show.said"))
    if (outcome.done) onShown()
    return outcome
  }
  return (
    <>
      <Notice
        look="plain"
        live
        title={say("asked.title", { name })}
        actions={
          <>
            <Button onClick={() => setChoosing(true)}>{say("asked.choose")}</Button>
            <Button look="quiet" disabled={busy} onClick={() => void ask(() => proofs.putOff(account))}>
              {say("asked.not_now")}
            </Button>
          </>
        }
      >
        <p>{say("asked.text", { name })}</p>
        {problem && <p role="alert">{credentialProblem(problem)}</p>}
      </Notice>
      {isChoosing && <ChooseOne rooms={rooms} name={name} onChosen={show} onClose={() => setChoosing(false)} />}
    </>
  )
}
