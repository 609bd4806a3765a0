import { useEffect, useState } from "preact/hooks"
import type { Conversation } from "../../state/models"
import type { CredentialShown, Proofs } from "../../state/proof-models"
import { Button } from "../parts/Button"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { useLoaded } from "../parts/useLoaded"
import { say as sayHere } from "../words"
import css from "./Credentials.module.css"
import { momentOf } from "./said"
import { ShownCard } from "./ShownCard"
import { credentialProblem, say } from "./words"

export interface WhoIsThisProps {
  readonly conversation: Conversation
}

/** In a conversation of two: to ask who the other one is here, and what came of it. */
export function WhoIsThis({ conversation }: WhoIsThisProps) {
  const proofs = useLoaded(() => conversation.proofs())
  const other = conversation.members.value.find(({ me, blocked }) => !me && !blocked)
  if (proofs === undefined || other === undefined) return null
  return (
    <Section title={say("who.title")}>
      <p>{say("who.lead", { name: other.handle })}</p>
      <Answers conversation={conversation} proofs={proofs} name={other.handle} />
    </Section>
  )
}

interface AnswersProps extends WhoIsThisProps {
  readonly proofs: Proofs
  readonly name: string
}

function Answers({ conversation, proofs, name }: AnswersProps) {
  const { ownAt, answers } = conversation.askedAndShown.value
  const [shown, setShown] = useState<readonly CredentialShown[]>()
  const { busy, problem, ask } = useAsking()
  const canAsk = ["active", "waiting", "opening"].includes(conversation.encryption.value.standing)
  const look = async () => {
    const found = await ask(() => proofs.look())
    setShown(found.shown)
  }
  // Another answer, or another question, is another thing to look at.
  useEffect(() => {
    setShown(undefined)
    if (answers > 0) void look()
  }, [answers, ownAt?.getTime()])
  const isWaiting = ownAt !== undefined && answers === 0
  return (
    <>
      <div role="status" class={css.rows}>
        {isWaiting && <p>{say("who.asked", { name, time: momentOf(ownAt) })}</p>}
        {answers > 0 && shown === undefined && problem === undefined && <p>{say("who.checking")}</p>}
        {answers > 0 && shown?.map((each) => <ShownCard key={`${each.account} ${each.at.getTime()}`} shown={each} />)}
      </div>
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
      <p class={css.line} data-part="ask">
        {answers > 0 && (
          <Button disabled={busy} onClick={() => void look()}>
            {busy ? sayHere("busy") : say("who.check")}
          </Button>
        )}
        {canAsk && (
          <Button disabled={busy} onClick={() => void ask(() => proofs.ask(say("who.ask.said")))}>
            {say(ownAt === undefined ? "who.ask" : "who.ask.again")}
          </Button>
        )}
      </p>
    </>
  )
}
