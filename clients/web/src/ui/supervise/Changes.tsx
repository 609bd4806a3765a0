import { changes, type Node } from "../../state/supervise-models"
import { placeName, valueWords } from "./said"
import looks from "../desk/Desk.module.css"
import css from "./Supervise.module.css"
import { say } from "./words"

/** Everything that one document says otherwise than another, in words. */
export function Changes({ before, after }: { readonly before: Node; readonly after: Node }) {
  const all = changes(before, after)
  if (all.length === 0) return <p class={looks.faint}>{say("changes.none")}</p>
  return (
    <dl class={css.changes}>
      {all.map((each) => (
        <div key={each.path.join(".")}>
          <dt>{placeName(each.path)}</dt>
          <dd>
            <span class={looks.faint}>{say("changes.before")}</span>
            {/* Not struck out: it is read as often as the other. */}
            <span>{valueWords(each.path, each.before)}</span>
          </dd>
          <dd>
            <span class={looks.faint}>{say("changes.after")}</span>
            <strong>{valueWords(each.path, each.after)}</strong>
          </dd>
        </div>
      ))}
    </dl>
  )
}
