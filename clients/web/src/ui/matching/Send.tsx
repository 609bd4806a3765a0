import type { Outcome } from "../../state/asked"
import { type Answers, codesOf, type MatchCodes, missing, offeredCodesOf, STYLE_AXES, UNSAID } from "../../state/intake"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Facts } from "../parts/Facts"
import { useAsking } from "../parts/useAsking"
import css from "../parts/Sheets.module.css"
import { say as sayHere, words } from "../words"
import { codeName, languageName, placesOf, slotsWords } from "./said"
import { matchProblem, nameOf, say } from "./words"

export interface SendProps {
  readonly of: "search" | "offer"
  readonly answers: Answers
  /** As it was typed. */
  readonly places: string
  readonly send: (codes: MatchCodes, places: number) => Promise<Outcome>
}

/** Exactly what is sent, before it is: codes, and nothing that was written. */
export function Send({ of, answers, places, send }: SendProps) {
  const { busy, problem, ask } = useAsking()
  const offset = -now.value.getTimezoneOffset()
  const codes = of === "offer" ? offeredCodesOf(answers, offset) : codesOf(answers, offset)
  const most = placesOf(places)
  const lacks = [...missing(answers), ...(of === "offer" && most === undefined ? (["places"] as const) : [])]
  return (
    <>
      <p>{say(`send.text.${of}`)}</p>
      <Facts facts={sent(of, codes, most)} />
      <p class={css.faint}>{say("send.not")}</p>
      {lacks.length > 0 && <p>{say("send.lacks", { what: words().list(lacks.map((each) => say(`lack.${each}`))) })}</p>}
      <p>
        <Button look="main" disabled={busy || lacks.length > 0} onClick={() => void ask(() => send(codes, most ?? 0))}>
          {busy ? sayHere("busy") : say(`send.do.${of}`)}
        </Button>
      </p>
      {problem && <p role="alert">{matchProblem(problem)}</p>}
    </>
  )
}

type Fact = readonly [string, string | undefined]

function sent(of: SendProps["of"], codes: MatchCodes, most: number | undefined): readonly Fact[] {
  const list = (given: readonly string[], name: (code: string) => string = codeName) =>
    given.length === 0 ? undefined : words().list(given.map(name))
  const axes = STYLE_AXES.filter((_, at) => codes.style[at] !== UNSAID)
  const conditions = list(codes.required.flatMap(({ any_of }) => any_of))
  const all: readonly Fact[] = [
    [say("datum.languages"), list(codes.languages, languageName)],
    [say("datum.slots"), slotsWords(codes.slots)],
    [say("datum.challenges"), list(codes.challenges)],
    [say("datum.life"), list(codes.life)],
    [say("datum.stage"), codes.stage === 0 ? undefined : nameOf(`stage_is.${codes.stage}`, String(codes.stage))],
    [say("datum.goals"), list(codes.goals)],
    [say("datum.style"), list(axes, (axis) => say(`axis.${axis as (typeof STYLE_AXES)[number]}`))],
    [say("datum.wished"), list(codes.wished)],
    [say("datum.offered"), list(codes.offered)],
    [say("datum.tastes"), list(codes.tastes)],
    [say(of === "offer" ? "datum.traits" : "datum.required"), conditions],
  ]
  return of === "offer" ? [...all, [say("places"), most === undefined ? undefined : words().number(most)]] : all
}
