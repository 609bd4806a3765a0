import type { BoardView } from "../../state/desk-models"
import { gapsOf } from "../../state/rota-models"
import css from "./Board.module.css"
import deskCss from "./Desk.module.css"
import { GapList } from "./GapList"
import { say } from "./words"

/** Which hours of the next 24 nobody is planned for, while they can still be filled. */
export function Uncovered({ board }: { readonly board: BoardView }) {
  const gaps = gapsOf(board.uncovered)
  const isNamed =
    board.uncovered.some(({ language }) => language !== "") ||
    board.responders.some((each) => each.languages.length > 0)
  return (
    <section class={css.part}>
      <h2>{say("gap.title")}</h2>
      {board.is_rota_empty ? (
        <p>{say("gap.unplanned")}</p>
      ) : gaps.length === 0 ? (
        <p class={deskCss.faint}>{say("gap.none")}</p>
      ) : (
        <GapList gaps={gaps} isNamed={isNamed} />
      )}
      <p>
        <a href="#/desk/rota">{say("gap.plan")}</a>
      </p>
    </section>
  )
}
