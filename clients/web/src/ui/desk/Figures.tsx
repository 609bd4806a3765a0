import type { BandFigures, BoardSpan } from "../../state/desk-models"
import { timeOfDay } from "../times"
import { words } from "../words"
import { Band } from "./Band"
import css from "./Board.module.css"
import deskCss from "./Desk.module.css"
import { span } from "./spans"
import { say } from "./words"

/** How people were answered, by band: F3, which counts everybody who left against us. */
export function Figures({ spans }: { readonly spans: readonly BoardSpan[] }) {
  return (
    <section class={`${css.part} ${css.wide}`}>
      <h2>{say("figures.title")}</h2>
      <details class={deskCss.more}>
        <summary>{say("figures.how")}</summary>
        <p>{say("figures.formula")}</p>
        <p>{say("figures.waits")}</p>
      </details>
      {spans.map((each, index) => (
        <Table key={each.since} told={each} name={index === 0 ? say("figures.now") : say("figures.day")} />
      ))}
    </section>
  )
}

function Table({ told, name }: { readonly told: BoardSpan; readonly name: string }) {
  return (
    <div class={css.scroller} tabIndex={0} role="region" aria-label={name}>
      <table class={css.figures}>
        <caption>{say("figures.since", { name, time: timeOfDay(new Date(told.since)) })}</caption>
        <thead>
          <tr>
            <th scope="col">{say("figures.band")}</th>
            <th scope="col">{say("figures.in_time")}</th>
            <th scope="col">{say("figures.objective")}</th>
            <th scope="col">{say("figures.arrivals")}</th>
            <th scope="col">p50</th>
            <th scope="col">p90</th>
            <th scope="col">p99</th>
          </tr>
        </thead>
        <tbody>
          {told.bands.map((each) => (
            <Row key={each.band} figures={each} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ figures }: { readonly figures: BandFigures }) {
  const { judged, answered_in_time: inTime, excluded } = figures
  return (
    <tr>
      <th scope="row">
        <Band band={figures.band} />
      </th>
      <td>{judged === 0 ? say("figures.none") : `${percent(inTime / judged)} (${count(inTime)}/${count(judged)})`}</td>
      <td>{percent(figures.objective_percent / 100)}</td>
      <td>
        {count(figures.arrivals)}
        {excluded > 0 && ` ${say("figures.excluded", { count: excluded })}`}
      </td>
      <td>{wait(figures.wait_p50_ms)}</td>
      <td>{wait(figures.wait_p90_ms)}</td>
      <td>{wait(figures.wait_p99_ms)}</td>
    </tr>
  )
}

const count = (value: number): string => words().number(value)
const percent = (share: number): string => words().number(share, { style: "percent", maximumFractionDigits: 1 })
const wait = (milliseconds: number | null): string => (milliseconds === null ? "–" : span(milliseconds / 1_000))
