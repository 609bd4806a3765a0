import { useState } from "preact/hooks"
import type { RecordingRequest, RecordingState, Room, StopReason } from "../../state/call-models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Dialog } from "../parts/Dialog"
import { Notice } from "../parts/Notice"
import { saveAs } from "../parts/saveAs"
import { type Asking, useAsking } from "../parts/useAsking"
import { duration } from "../times"
import { namesOf } from "../words"
import { useSeconds } from "./clock"
import css from "./Panel.module.css"
import roomCss from "./Room.module.css"
import { type CallKey, callProblem, isKey, say } from "./words"

export interface RecordingProps {
  readonly room: Room
  readonly asking: Asking
}

/** What everybody has to know of a recording, for as long as it holds: it cannot be closed. */
export function RecordingBanner({ room, asking }: RecordingProps) {
  const state = room.recording.state.value
  switch (state.kind) {
    case "off":
      return null
    case "asked":
      return (
        <Notice look="plain" live>
          <Consent room={room} asking={asking} request={state.request} mine={state.mine} until={state.until} />
        </Notice>
      )
    case "agreed":
      return <Agreed room={room} asking={asking} request={state.request} />
    case "on":
      return <On room={room} asking={asking} state={state} />
    case "stopped":
      return <Stopped room={room} why={state.why} own={state.own} />
  }
}

interface OnProps extends RecordingProps {
  readonly state: Extract<RecordingState, { kind: "on" }>
}

function On({ room, asking, state: { recorder, isMine } }: OnProps) {
  return (
    <div class={roomCss.recording} role="status" data-recording>
      <div>
        <p>
          <strong>{isMine ? say("recording.yours") : say("recording.banner", { name: recorder })}</strong>
        </p>
        <p>{say("recording.banner.more")}</p>
      </div>
      <Button onClick={() => void asking.ask(() => (isMine ? room.recording.stop() : room.recording.withdraw()))}>
        {say(isMine ? "recording.stop" : "recording.withdraw")}
      </Button>
    </div>
  )
}

/** Never shown: what is recorded is drawn and played on them. */
const ELEMENTS = {
  canvas: () => document.createElement("canvas"),
  video: () => document.createElement("video"),
}

function Agreed({ room, asking, request }: RecordingProps & { readonly request: RecordingRequest }) {
  const me = room.people.value.find(({ isMe }) => isMe)
  return (
    <Notice
      look="plain"
      live
      actions={
        <>
          {me?.handle === request.by && (
            <Button onClick={() => void asking.ask(() => room.recording.start(ELEMENTS))}>
              {say("recording.start")}
            </Button>
          )}
          <Button onClick={() => void asking.ask(() => room.recording.withdraw())}>{say("recording.take_back")}</Button>
        </>
      }
    >
      <p>{say("recording.armed")}</p>
    </Notice>
  )
}

const WHY = {
  stopped: "recording.stopped",
  withdrawn: "recording.stopped.withdrawn",
  refused: "recording.declined",
  lapsed: "recording.lapsed",
  recorder_lost: "recording.stopped.lost",
  unheard: "recording.stopped.unheard",
  put_out: "recording.stopped.put_out",
  too_long: "recording.stopped.too_long",
  failed: "recording.stopped.failed",
} as const satisfies Record<StopReason, CallKey>

type OfStopped = Pick<Extract<RecordingState, { kind: "stopped" }>, "why" | "own">

function Stopped({ room, why, own }: OfStopped & { readonly room: Room }) {
  const [isSeen, setSeen] = useState(false)
  if (isSeen) return null
  return (
    <Notice
      look="plain"
      live
      actions={
        <>
          <Save room={room} />
          <Button onClick={() => setSeen(true)}>{say("seen")}</Button>
        </>
      }
    >
      <p>{say(WHY[why])}</p>
      {own && <p>{say(`recording.own.${own}`)}</p>}
    </Notice>
  )
}

/** After the call: the last chance to keep what was made here. */
export function MadeHere({ room }: { readonly room: Room }) {
  const state = room.recording.state.value
  if (state.kind !== "stopped" || state.own === undefined) return null
  return (
    <section class={css.part}>
      <h2>{say("recording.made.title")}</h2>
      {state.why !== "stopped" && <p>{say(WHY[state.why])}</p>}
      <p>{say(`recording.own.${state.own}`)}</p>
      {state.own === "kept" && (
        <>
          <p>
            <Save room={room} />
          </p>
          <p>
            <a href="#/settings/recording">{say("sealed.title")}</a>
          </p>
        </>
      )}
    </section>
  )
}

function Save({ room }: { readonly room: Room }) {
  const made = room.recording.made.value
  if (made === undefined) return null
  return <Button onClick={() => saveAs(made, "recording.mvrec")}>{say("recording.save")}</Button>
}

export interface ConsentProps extends RecordingProps {
  readonly request: RecordingRequest
  readonly mine: "open" | "given" | "refused"
  readonly until?: Date | undefined
  /** Before the call: a no keeps one there, and ends nothing. */
  readonly isOutside?: boolean
}

/** What is asked, word for word, and two answers of the same size. */
export function Consent({ room, asking, request, mine, until, isOutside = false }: ConsentProps) {
  const { by, purpose, receivers, onWithdraw, consents, text } = request
  const given = consents.filter(({ consent }) => consent === "given").map(({ handle }) => handle)
  const answer = (agrees: boolean) => () => void asking.ask(() => room.recording.consent(agrees))
  return (
    <div class={css.part} data-consent>
      <h2>{say("recording.consent.title")}</h2>
      <p>{say("recording.consent.by", { name: by, purpose: purposeWords(purpose) })}</p>
      <ul>
        <li>{say("recording.consent.receivers", { names: namesOf(receivers) })}</li>
        <li>{say(`recording.consent.${onWithdraw}`)}</li>
        <li>{say("recording.consent.where", { name: by })}</li>
        <li>{say("recording.consent.others")}</li>
      </ul>
      {text ? <Signed text={text} /> : <p>{say("recording.consent.unknown")}</p>}
      {given.length > 0 && <p>{say("recording.consent.list", { names: namesOf(given) })}</p>}
      {mine === "open" || (mine === "refused" && isOutside) ? (
        <>
          {mine === "refused" && <p role="status">{say("recording.waiting.refused")}</p>}
          <div class={css.acts}>
            {text && <Button onClick={answer(true)}>{say("recording.consent.yes")}</Button>}
            {mine === "open" && <Button onClick={answer(false)}>{say("recording.consent.no")}</Button>}
          </div>
          {!isOutside && <p class={css.faint}>{say("recording.consent.no.hint")}</p>}
          {until && <TimeToAnswer until={until} />}
        </>
      ) : (
        <div class={css.acts}>
          <p>{say(mine === "given" ? "recording.consent.given" : "recording.consent.refused")}</p>
          {mine === "given" && (
            <Button onClick={() => void asking.ask(() => room.recording.withdraw())}>
              {say("recording.take_back")}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

/** What the device signs is one text for everybody, whatever language it is read in. */
function Signed({ text }: { readonly text: readonly string[] }) {
  return (
    <details>
      <summary>{say("recording.consent.words")}</summary>
      <ul lang="en" dir="ltr">
        {text.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  )
}

function TimeToAnswer({ until }: { readonly until: Date }) {
  const left = Math.max(0, until.getTime() - useSeconds(true))
  return <p class={css.faint}>{say("recording.consent.left", { time: duration(left) })}</p>
}

const PURPOSES = ["supervision", "own_use", "training"] as const

/** What a request is for; one without words of ours is shown as it is. */
function purposeWords(purpose: string): string {
  const key = `purpose.${purpose}`
  return isKey(key) ? say(key) : purpose
}

/** Asks everybody; what is chosen here is what they agree to. */
export function AskForRecording({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) {
  const [purpose, setPurpose] = useState<(typeof PURPOSES)[number]>("supervision")
  const [onWithdraw, setOnWithdraw] = useState<"discard" | "keep">("discard")
  const { busy, problem, ask } = useAsking()
  const me = room.people.value.find(({ isMe }) => isMe)
  const send = async () => {
    const receivers = me === undefined ? [] : [me.member]
    const { done } = await ask(() => room.recording.request(purpose, onWithdraw, receivers))
    if (done) onClose()
  }
  return (
    <Dialog
      title={say("recording.request.title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say("not_now")}</Button>
          <Button look="main" disabled={busy} onClick={() => void send()}>
            {say("recording.ask")}
          </Button>
        </>
      }
    >
      <p>{say("recording.request.lead")}</p>
      <Choice
        label={say("recording.purpose")}
        value={purpose}
        options={PURPOSES.map((each) => [each, say(`purpose.${each}`)] as const)}
        onChange={setPurpose}
      />
      <p>{say("recording.receivers.you")}</p>
      <Choice
        label={say("recording.on_withdraw")}
        value={onWithdraw}
        options={[
          ["discard", say("recording.on_withdraw.discard")],
          ["keep", say("recording.on_withdraw.keep")],
        ]}
        onChange={setOnWithdraw}
      />
      {problem && <p role="alert">{callProblem(problem)}</p>}
    </Dialog>
  )
}
