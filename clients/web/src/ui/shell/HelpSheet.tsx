import type { Crisis } from "../../state/crisis-models"
import type { ConversationRow } from "../../state/models"
import { InSheet } from "../crisis/InSheet"
import { Numbers } from "../help/Numbers"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { Face } from "../parts/Face"
import { go } from "../router"
import { say } from "../words"
import css from "./HelpSheet.module.css"

export interface HelpSheetProps {
  /** Empty before anybody has signed in. */
  readonly conversations: readonly ConversationRow[]
  /** Undefined before anybody has signed in: the page of help needs no account. */
  readonly crisis: Crisis | undefined
  readonly onClose: () => void
}

/** How many people to write to are offered here; the others are in the list. */
const MOST = 3

/** Who can be reached now. Everything in it is there without a network. */
export function HelpSheet({ conversations, crisis, onClose }: HelpSheetProps) {
  const people = conversations.filter(({ kind, standing }) => kind === "direct" && standing === "active")
  const talk = (conversation: string) => {
    onClose()
    go(`#/c/${conversation}`)
  }
  return (
    <Dialog title={say("help.title")} onClose={onClose} actions={<Button onClick={onClose}>{say("close")}</Button>}>
      {crisis && <InSheet crisis={crisis} onTalk={talk} />}
      <div class={css.part}>
        <h3>{say("help.call")}</h3>
        <p>{say("help.danger")}</p>
        <Numbers />
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
