import { useState } from "preact/hooks"
import type { MatchLine } from "../../state/match-models"
import { Button } from "../parts/Button"
import css from "../parts/Sheets.module.css"
import { words } from "../words"
import own from "./Matching.module.css"
import { strengthOf } from "./said"
import { nameOf, say } from "./words"

export interface PointsProps {
  readonly name: string
  readonly lines: readonly MatchLine[]
}

/** Why somebody is proposed: each factor in words, a small picture of it, and what is not known. */
export function PointsPart({ name, lines }: PointsProps) {
  const [isOpen, setIsOpen] = useState(false)
  const used = lines.filter(({ weight }) => weight > 0)
  const unused = lines.filter(({ weight }) => weight === 0)
  const unknown = used.filter(({ known }) => !known)
  const best = used
    .filter((line) => line.known && line.points > 0)
    .toSorted((one, other) => other.points - one.points)
    .slice(0, 3)
  return (
    <div class={css.rows}>
      {best.length > 0 && <p>{say("why", { factors: words().list(best.map(factorName)) })}</p>}
      {unknown.length > 0 && <p>{say("why.unknown", { factors: words().list(unknown.map(factorName)) })}</p>}
      <p>
        <Button
          expanded={isOpen}
          label={say(isOpen ? "points.hide.of" : "points.show.of", { name })}
          onClick={() => setIsOpen(!isOpen)}
        >
          {say(isOpen ? "points.hide" : "points.show")}
        </Button>
      </p>
      {isOpen && (
        <>
          <ul role="list" class={css.rows}>
            {used.map((line) => (
              <li key={line.code}>
                <Factor line={line} />
              </li>
            ))}
          </ul>
          <p class={css.faint}>{say("points.text")}</p>
          {unused.length > 0 && (
            <p class={css.faint}>{say("points.unused", { factors: words().list(unused.map(factorName)) })}</p>
          )}
        </>
      )}
    </div>
  )
}

const factorName = ({ code }: MatchLine) => nameOf(`factor.${code}`, code)

function Factor({ line }: { readonly line: MatchLine }) {
  const { weight, points } = line
  const strength = strengthOf(line)
  return (
    <>
      <div class={css.line}>
        <span class={css.grow}>{factorName(line)}</span>
        <span>{say(`strength.${strength}`)}</span>
      </div>
      {/* The words beside it say the same. */}
      <svg class={own.bar} data-strength={strength} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class={own.whole} width="100" height="4" />
        <rect class={own.part} width={(100 * points) / weight} height="4" />
      </svg>
      <p class={css.faint}>
        {say("points.of", { points: words().number(points), weight: words().number(weight) })}
        {strength === "unknown" && ` ${say("points.middle")}`}
      </p>
    </>
  )
}
