import { useEffect, useState } from "preact/hooks"
import type { RewardRoom, Rewards } from "../../state/reward-models"
import { Button } from "../parts/Button"
import { Switch } from "../parts/Choice"
import { Facts } from "../parts/Facts"
import { Pending } from "../parts/Pending"
import { Screen, Section } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { usePlace } from "../parts/usePlace"
import { minutesWords } from "../times"
import { say as sayHere } from "../words"
import { EntryCard } from "./EntryCard"
import { amountWords } from "./said"
import { rewardProblem, say } from "./words"

/** One's time, what was given for it, and how each amount came to be. Never while a crisis goes on. */
export function RewardsScreen({ room }: { readonly room: RewardRoom }) {
  const hidden = room.inCrisis.value
  return (
    <Screen title={say("title")} back="#/settings">
      {hidden ? <p>{say("not_now")}</p> : <Shown room={room} />}
    </Screen>
  )
}

function Shown({ room }: { readonly room: RewardRoom }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => room.look())
  useEffect(look, [room])
  const rewards = room.rewards.value
  return (
    <>
      <p>{say("lead")}</p>
      <Pending
        isOpen={rewards === undefined}
        busy={busy}
        problem={problem && rewardProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      {rewards && <Sums rewards={rewards} />}
      {rewards && <Entries room={room} rewards={rewards} />}
      {rewards && <More room={room} hasMore={rewards.hasMore} />}
      {rewards && <OptOut room={room} optedOut={rewards.optedOut} />}
    </>
  )
}

function Sums({ rewards: { totalMinutes, balanceMicro, pendingMicro } }: { readonly rewards: Rewards }) {
  return (
    <Facts
      facts={[
        [say("time"), minutesWords(totalMinutes)],
        [say("balance"), amountWords(balanceMicro)],
        [say("pending"), pendingMicro === 0n ? undefined : amountWords(pendingMicro)],
      ]}
    />
  )
}

function Entries({ room, rewards: { entries, optedOut } }: { readonly room: RewardRoom; readonly rewards: Rewards }) {
  if (entries.length === 0) return <p>{say(optedOut ? "none.out" : "none")}</p>
  return (
    <ul role="list" class={css.rows}>
      {entries.map((each) => (
        <li key={each.entry} class={css.sheet}>
          <EntryCard room={room} shown={each} />
        </li>
      ))}
    </ul>
  )
}

function More({ room, hasMore }: { readonly room: RewardRoom; readonly hasMore: boolean }) {
  const { busy, problem, ask } = useAsking()
  const place = usePlace(String(hasMore))
  return (
    <div ref={place} tabIndex={-1} data-part="more">
      {hasMore && (
        <p>
          <Button disabled={busy} onClick={() => void ask(() => room.more())}>
            {busy ? sayHere("busy") : say("more")}
          </Button>
        </p>
      )}
      {problem && <p role="alert">{rewardProblem(problem)}</p>}
    </div>
  )
}

function OptOut({ room, optedOut }: { readonly room: RewardRoom; readonly optedOut: boolean }) {
  const { busy, problem, ask } = useAsking()
  const [wanted, setWanted] = useState<boolean>()
  const change = async (on: boolean) => {
    setWanted(on)
    await ask(() => room.setOptedOut(!on))
    setWanted(undefined)
  }
  return (
    <Section title={say("choice.title")}>
      <Switch
        label={say("choice")}
        hint={say("choice.hint")}
        on={wanted ?? !optedOut}
        disabled={busy}
        onChange={(on) => void change(on)}
      />
      {problem && <p role="alert">{rewardProblem(problem)}</p>}
    </Section>
  )
}
