import { now } from "../clock"
import { Facts } from "../parts/Facts"
import css from "../parts/Sheets.module.css"
import { exactly } from "../times"
import { words } from "../words"
import { DeadEvents } from "./DeadEvents"
import { EndpointActions } from "./EndpointActions"
import type { EndpointProps } from "./endpoint-props"
import own from "./Hooks.module.css"
import { nameOf, say } from "./words"

/** One endpoint: how it stands, what waits, and what was given up. */
export function EndpointCard({ hooks, shown }: EndpointProps) {
  const { url, purpose, types, maxTier, drills, state, reason, waiting, dead, oldestAt, rotatingUntil, publicKey } =
    shown
  return (
    <>
      <div class={css.line}>
        <h2 class={css.grow}>{nameOf(`purpose.${purpose}`, purpose)}</h2>
        <span class={`${css.state} ${own.state}`} data-standing={state}>
          {say(`state.${state}`)}
        </span>
      </div>
      <p class={css.mono} dir="ltr">
        {url}
      </p>
      {state !== "active" && (
        <p>
          {say(`about.${state}`)}
          {reason !== undefined && ` ${say("why", { reason: nameOf(`reason.${reason}`, reason) })}`}
        </p>
      )}
      <Facts
        facts={[
          [say("waiting"), words().number(waiting)],
          [say("oldest"), oldestAt && words().relative(oldestAt, now.value)],
          [say("dead"), words().number(dead)],
          [say("events"), types.includes("*") ? say("events.all") : words().list(types)],
          [say("tier"), say(`tier.${maxTier}`)],
          [say("drills"), say(drills ? "drills.yes" : "drills.no")],
          [say("key"), publicKey === undefined ? say("key.shared") : <PublicKey text={publicKey} />],
        ]}
      />
      {rotatingUntil !== undefined && <p>{say("rotating", { time: exactly(rotatingUntil) })}</p>}
      <EndpointActions hooks={hooks} shown={shown} />
      <DeadEvents hooks={hooks} shown={shown} />
    </>
  )
}

const PublicKey = ({ text }: { readonly text: string }) => (
  <span class={css.mono} dir="ltr">
    {text}
  </span>
)
