import type { ConversationRow } from "../../state/models"
import { Numbers } from "../help/Numbers"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { Face } from "../parts/Face"
import { say } from "../words"
import css from "./HelpSheet.module.css"

export interface HelpSheetProps {
  /** Empty before anybody has signed in. */
  readonly conversations: readonly ConversationRow[]
  readonly onClose: () => void
}

/** How many people to write to are offered here; the others are in the list. */
const MOST = 3

/** Who can be reached now. Everything in it is there without a network. */
export function HelpSheet({ conversations, onClose }: HelpSheetProps) {
  const people = conversations.filter(({ kind, standing }) => kind === "direct" && standing === "active")
  return (
    <Dialog title={say("help.title")} onClose={onClose} actions={<Button onClick={onClose}>{say("close")}</Button>}>
      <p>{say("help.danger")}</p>
      <Numbers />
      <div class={css.part}>
        <h3>{say("help.talk")}</h3>
        <p>{say("help.closed")}</p>
      </div>
      {people.length > 0 && (
        <div class={css.part}>
          <h3>{say("sheet.write")}</h3>
          <ul role="list" class={css.people}>
            {people.slice(0, MOST).map(({ id, people: [name] }) => (
              <li key={id}>
                <a class={css.person} href={`#/c/${id}`} onClick={onClose}>
                  <Face names={[name ?? ""]} />
                  {say("sheet.write_to", { name: name ?? "" })}
                </a>
              </li>
            ))}
          </ul>
        </div>
      )}
      <p>
        <a class={css.person} href="/help">
          {say("sheet.page")}
        </a>
      </p>
    </Dialog>
  )
}
