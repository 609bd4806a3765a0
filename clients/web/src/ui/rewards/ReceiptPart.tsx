import type { Fact } from "../../rewards/facts"
import type { Pack } from "../../rewards/packs"
import type { Receipt } from "../../rewards/receipt"
import type { Scored } from "../../rewards/rules"
import type { Checked } from "../../state/receipt-check"
import { Facts } from "../parts/Facts"
import { Notice } from "../parts/Notice"
import css from "../parts/Sheets.module.css"
import { saveAs } from "../parts/saveAs"
import { Button } from "../parts/Button"
import { receiptText } from "../../rewards/receipt"
import { minutesWords } from "../times"
import { words } from "../words"
import { amountWords, bonusName, factorName, shareWords } from "./said"
import { nameOf, say } from "./words"

/** How an amount came to be: what was counted, by which policy, point by point. */
export function ReceiptPart({ checked }: { readonly checked: Checked }) {
  if (checked.kind === "unreadable") {
    return (
      <Notice live title={say("check.unreadable")}>
        <p>{say("check.unreadable.text")}</p>
      </Notice>
    )
  }
  const { receipt, pack } = checked
  return (
    <div class={css.part} data-part="receipt">
      {checked.kind === "checked" ? (
        <Notice look="plain" live title={say("check.well")}>
          <p>{say("check.well.text")}</p>
        </Notice>
      ) : (
        <Notice live title={say("check.flawed")}>
          <p>{say("check.flawed.text", { what: words().list(checked.flaws.map((flaw) => say(`flaw.${flaw}`))) })}</p>
        </Notice>
      )}
      <h3>{say("inputs")}</h3>
      <Facts facts={inputs(receipt.fact)} />
      {receipt.scored && <Points scored={receipt.scored} />}
      {receipt.scored && <Sum receipt={receipt} scored={receipt.scored} pack={pack} />}
      {receipt.reason !== "" && <p>{say("why", { reason: nameOf(`gate.${receipt.reason}`, receipt.reason) })}</p>}
      <p class={css.faint}>
        {say("policy", { name: pack.name, rev: String(pack.rev) })}{" "}
        <span class={css.mono} dir="ltr">
          {pack.hash.slice(0, 16)}
        </span>
      </p>
      <p>
        <Button look="quiet" onClick={() => save(receipt)}>
          {say("receipt.save")}
        </Button>
      </p>
    </div>
  )
}

function save(receipt: Receipt): void {
  saveAs(new Blob([receiptText(receipt)], { type: "application/json" }), "receipt.json")
}

/** What the server verified of the event; nothing of what was said in it. */
function inputs(fact: Fact): readonly (readonly [string, string | undefined])[] {
  const measure = (name: string) => {
    const found = fact.measures.get(name)
    return found && say("input.ratio", { total: String(found.total), count: String(found.count) })
  }
  const minutes = (count: bigint) => (count === 0n ? undefined : minutesWords(Number(count)))
  const number = (count: bigint) => (count === 0n ? undefined : words().number(Number(count)))
  return [
    [say("input.minutes"), minutes(fact.minutes)],
    [say("input.planned"), minutes(fact.plannedMinutes)],
    [say("input.late"), fact.lateSeconds === 0n ? undefined : minutesWords(Math.ceil(Number(fact.lateSeconds) / 60))],
    [say("input.level"), fact.level === "" ? undefined : nameOf(`level.${fact.level}`, fact.level)],
    [say("input.count"), number(fact.count)],
    [say("input.of_planned"), number(fact.plannedCount)],
    [say("input.satisfaction"), measure("satisfaction")],
    [say("input.availability"), measure("availability")],
  ]
}

function Points({ scored: { points, factor } }: { readonly scored: Scored }) {
  if (points.length === 0) return null
  return (
    <>
      <h3>{say("points")}</h3>
      <ul role="list" class={css.table}>
        {points.map(({ factor: name, weight, value }) => (
          <li key={name}>
            <span>{factorName(name)}</span>
            <span class={css.faint}>{say("points.of", { got: shareWords(value), weight: shareWords(weight) })}</span>
          </li>
        ))}
        <li>
          <span>{say("points.all")}</span>
          <span>{shareWords(factor)}</span>
        </li>
      </ul>
    </>
  )
}

interface SumProps {
  readonly receipt: Receipt
  readonly scored: Scored
  readonly pack: Pack
}

function Sum({ receipt: { rule, paidMicro, owedMicro, terms }, scored, pack }: SumProps) {
  const range = pack.rules.find(({ code }) => code === rule)
  const whole = scored.baseMicro + scored.bonusMicro
  return (
    <>
      <h3>{say("sum")}</h3>
      <ul role="list" class={css.table}>
        {range && (
          <Line
            name={say("sum.range")}
            value={`${amountWords(range.lo * 1_000_000n)} – ${amountWords(range.hi * 1_000_000n)}`}
          />
        )}
        <Line name={say("sum.base")} value={amountWords(scored.baseMicro)} />
        {scored.bonuses.map(({ code, pct }) => (
          <Line key={code} name={bonusName(code, pack)} value={`+ ${shareWords(pct * 100n)}`} />
        ))}
        {scored.bonuses.length > 0 && <Line name={say("sum.bonus")} value={amountWords(scored.bonusMicro)} />}
        <Line name={say("sum.paid")} value={amountWords(paidMicro)} />
        {owedMicro > 0n && <Line name={say("sum.owed")} value={amountWords(owedMicro)} />}
      </ul>
      {terms !== undefined && paidMicro < whole && <p class={css.faint}>{say("sum.short")}</p>}
    </>
  )
}

function Line({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <li>
      <span>{name}</span>
      <span>{value}</span>
    </li>
  )
}
