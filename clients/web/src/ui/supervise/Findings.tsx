import type { PolicyFinding } from "../../state/supervise-models"
import { findingPlace } from "./said"
import looks from "../desk/Desk.module.css"
import css from "./Supervise.module.css"
import { say } from "./words"

/** What the server says is to be mended, the worst first; in its own words, which are English. */
export function Findings({ findings }: { readonly findings: readonly PolicyFinding[] }) {
  if (findings.length === 0) return <p class={looks.faint}>{say("findings.none")}</p>
  const worstFirst = [...findings].sort(
    (one, other) => Number(other.weight === "error") - Number(one.weight === "error"),
  )
  return (
    <ul role="list" class={css.findings} aria-label={say("findings.title")}>
      {worstFirst.map((each) => (
        <li key={`${each.where} ${each.what}`} data-weight={each.weight}>
          <strong>{say(each.weight === "error" ? "findings.error" : "findings.warning")}</strong>{" "}
          <span>{findingPlace(each.where)}</span>
          <p lang="en" dir="ltr">
            {each.what}
          </p>
        </li>
      ))}
    </ul>
  )
}
