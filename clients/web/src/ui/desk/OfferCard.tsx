import type { Desk, OfferView } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { Band } from "./Band"
import css from "./Desk.module.css"
import { Facts } from "./Facts"
import { Ring } from "./Ring"
import { sinceWords } from "./spans"
import { deskProblem, say } from "./words"

/** Somebody waits, and whoever reads this is asked. "Can't" needs no reason. */
export function OfferCard({ desk, offer }: { readonly desk: Desk; readonly offer: OfferView }) {
  const { busy, problem, ask } = useAsking()
  const now = desk.now.value
  const accept = async () => {
    const outcome = await ask(() => desk.accept(offer))
    if (outcome.done) go(`#/desk/case/${offer.case}`)
  }
  return (
    <div class={css.offer} data-offer={offer.offer}>
      <p class={css.line}>
        <Band band={offer.band} />
        <Ring begin={offer.made_at} until={offer.expires_at} now={now} />
        <span class={css.faint}>{sinceWords(offer.opened_at, now)}</span>
      </p>
      <Facts about={offer} rescue={offer.is_rescue} />
      <p class={css.line}>
        <Button look="main" disabled={busy} onClick={() => void accept()}>
          {say("offer.accept")}
        </Button>
        <Button disabled={busy} onClick={() => void ask(() => desk.decline(offer))}>
          {say("offer.decline")}
        </Button>
      </p>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </div>
  )
}
