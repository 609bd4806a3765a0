import type { Desk, DeskCase } from "../../state/desk-models"
import deskCss from "./Desk.module.css"
import { say } from "./words"

/** The way to act without consent, or to what is under way of it. */
export function CaseOverride({ desk, held }: { readonly desk: Desk; readonly held: DeskCase }) {
  const open = desk.overrides.list.value?.filter((each) => each.case === held.case) ?? []
  const isUnderWay = open.some(({ status }) => status !== "confirmed")
  return (
    <>
      {open.length > 0 && (
        <p>
          <a href="#/desk/overrides">{say("override.see", { count: open.length })}</a>
        </p>
      )}
      {!isUnderWay && (
        <>
          <p class={deskCss.faint}>{say("override.hint")}</p>
          <p>
            <a href={`#/desk/override/${held.case}`}>{say("override.open")}</a>
          </p>
        </>
      )}
    </>
  )
}
