import { useEffect } from "preact/hooks"
import type { Desk, DeskCase } from "../../state/desk-models"
import { announce } from "../announce"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { useAsking } from "../parts/useAsking"
import { BackUpAdvised } from "./BackUp"
import css from "./Case.module.css"
import { leftWords, sinceWords, span } from "./spans"
import { type DeskKey, deskProblem, say } from "./words"

export interface BannersProps {
  readonly desk: Desk
  readonly held: DeskCase
  readonly online: boolean
}

/** What a responder has to know before the next sentence: gaps, silence, who comes next. */
export function Banners({ desk, held, online }: BannersProps) {
  const now = desk.now.value
  const { person_away_until: personUntil, responder_away_until: holderUntil, silent_since: silentSince } = held
  // Once each: what counts the seconds is not read out.
  useTold(!online, "gap.line")
  useTold(personUntil !== null, "status.person_away")
  useTold(silentSince !== null, "status.silent")
  return (
    <div class={css.banners}>
      {!online && (
        <Notice>
          <p>{say("gap.line")}</p>
        </Notice>
      )}
      {personUntil !== null && (
        <Notice>
          <p>{say("gap.person", { left: leftWords(personUntil, now) })}</p>
        </Notice>
      )}
      {holderUntil !== null && (
        <Notice>
          <p>{say(held.role === "holder" ? "gap.you" : "gap.holder", { left: leftWords(holderUntil, now) })}</p>
        </Notice>
      )}
      {silentSince !== null && personUntil === null && (
        <Notice look="plain">
          <p>{say("silent", { since: sinceWords(silentSince, now) })}</p>
        </Notice>
      )}
      {held.transfer_to !== null && (
        <Notice look="plain">
          <p>{say("transfer.waiting", { name: held.transfer_to })}</p>
        </Notice>
      )}
      {held.back_up_advised && held.role === "holder" && <BackUpAdvised desk={desk} held={held} />}
      {held.return_asked && held.role === "holder" && <GivingBack desk={desk} held={held} />}
      {held.status === "wrap_up" && held.wrap_up_until !== null && (
        <Notice look="plain">
          <p>{say("ended.for_all", { time: span((held.wrap_up_until - now) / 1_000) })}</p>
        </Notice>
      )}
    </div>
  )
}

/** An urgent case goes back only once a supervisor agrees. */
function GivingBack({ desk, held }: { readonly desk: Desk; readonly held: DeskCase }) {
  const { busy, problem, ask } = useAsking()
  return (
    <Notice
      look="plain"
      live
      actions={
        <Button disabled={busy} onClick={() => void ask(() => desk.keep(held))}>
          {say("return.keep")}
        </Button>
      }
    >
      <p>{say("return.asked")}</p>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </Notice>
  )
}

function useTold(isSo: boolean, key: DeskKey): void {
  useEffect(() => {
    if (isSo) announce(say(key))
  }, [isSo])
}
