import { at, changed, type Node, type Path, type Stage } from "../../state/supervise-models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { bandWord } from "../desk/Band"
import { Count, Percent, Span } from "./Amount"
import { BANDS, CARE, PROMISES } from "./fields"
import { exactly, numberAt, percent, planWords, textAt } from "./said"
import looks from "../desk/Desk.module.css"
import css from "./Supervise.module.css"
import { say, type SuperviseKey } from "./words"

export interface FormProps {
  readonly draft: Node
  readonly onChange: (draft: Node) => void
}

/** The promises of one band, closed until somebody wants to change them. */
export function BandForm({ draft, onChange, band }: FormProps & { readonly band: number }) {
  const name = BANDS[band] ?? "A0"
  const place = (field: string): Path => ["bands", name, field]
  const within = numberAt(draft, place("accept_seconds")) ?? 0
  const goal = numberAt(draft, place("objective_percent")) ?? 0
  const stages = (at(draft, ["bands", name, "plan", "stages"]) ?? []) as readonly Stage[]
  const isPlain = [within, goal].every(Number.isFinite)
  return (
    <details class={css.fold} data-band={name}>
      <summary>
        <strong>
          {name} {bandWord(band)}
        </strong>{" "}
        {isPlain && (
          <span class={looks.faint}>{say("band.short", { goal: percent(goal), time: exactly(within) })}</span>
        )}
      </summary>
      <div class={css.fields}>
        {[...PROMISES, ...CARE].map((field) => (
          <Numbered key={field} draft={draft} onChange={onChange} path={place(field)} label={say(`band.${field}`)} />
        ))}
      </div>
      <Choice
        label={say("band.follow_up")}
        value={textAt(draft, place("follow_up"))}
        options={["decided", "if_wanted"].map((rule) => [rule, say(`follow_up.${rule}` as SuperviseKey)] as const)}
        onChange={(rule) => onChange(changed(draft, place("follow_up"), rule))}
      />
      <fieldset class={`${looks.rows} ${css.plan}`}>
        <legend>{say("plan.title")}</legend>
        <p class={looks.faint}>{say("plan.hint")}</p>
        {stages.every((stage) => !Number.isNaN(stage.at_seconds + (stage.pending ?? 0))) && <p>{planWords(stages)}</p>}
        {stages.map((stage, index) => (
          <StageForm
            // What is taken away or added changes what the others are.
            key={`${stages.length}-${index}`}
            stage={stage}
            number={index + 1}
            isFirst={index === 0}
            onChange={(next) => onChange(changed(draft, ["bands", name, "plan", "stages", index], next))}
            onRemove={() =>
              onChange(
                changed(
                  draft,
                  ["bands", name, "plan", "stages"],
                  stages.filter((_, other) => other !== index),
                ),
              )
            }
          />
        ))}
        <p>
          <Button
            onClick={() => {
              const last = stages.at(-1)?.at_seconds ?? 0
              const next = { at_seconds: Number.isNaN(last) ? 10 : last + 10, pending: null }
              onChange(changed(draft, ["bands", name, "plan", "stages"], [...stages, next]))
            }}
          >
            {say("plan.add")}
          </Button>
        </p>
        <Numbered
          draft={draft}
          onChange={onChange}
          path={["bands", name, "plan", "answer_seconds"]}
          label={say("band.plan.answer_seconds")}
        />
      </fieldset>
    </details>
  )
}

/** A field by what its name ends with; nothing for one that this document does not have. */
export function Numbered({
  draft,
  onChange,
  path,
  label,
}: FormProps & { readonly path: Path; readonly label: string }) {
  const value = numberAt(draft, path)
  if (value === undefined) return null
  const name = String(path.at(-1))
  const Kind = name.endsWith("_seconds") ? Span : name.endsWith("_percent") ? Percent : Count
  return <Kind label={label} value={value} onChange={(next) => onChange(changed(draft, path, next))} />
}

interface StageFormProps {
  readonly stage: Stage
  readonly number: number
  readonly isFirst: boolean
  readonly onChange: (stage: Stage) => void
  readonly onRemove: () => void
}

function StageForm({ stage, number, isFirst, onChange, onRemove }: StageFormProps) {
  const isAll = stage.pending === null
  return (
    <div class={css.step} role="group" aria-label={say("plan.step", { number })}>
      {isFirst ? (
        <p class={css.grow}>{say("plan.at_once")}</p>
      ) : (
        <Span
          label={say("plan.after")}
          value={stage.at_seconds}
          onChange={(after) => onChange({ ...stage, at_seconds: after })}
        />
      )}
      {!isAll && (
        <Count
          label={say("plan.people")}
          value={stage.pending}
          onChange={(people) => onChange({ ...stage, pending: people })}
        />
      )}
      <label class={css.tick}>
        <input
          type="checkbox"
          checked={isAll}
          onChange={(event) => onChange({ ...stage, pending: event.currentTarget.checked ? null : 2 })}
        />
        {say("plan.everybody")}
      </label>
      {!isFirst && (
        <Button look="quiet" label={say("plan.remove_step", { number })} onClick={onRemove}>
          {say("remove")}
        </Button>
      )}
    </div>
  )
}
