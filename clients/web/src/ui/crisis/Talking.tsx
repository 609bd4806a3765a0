import { useEffect, useMemo } from "preact/hooks"
import type { GuestCrisis } from "../../state/guest-models"
import type { Conversation } from "../../state/models"
import { announced } from "../announce"
import type { ByVoiceProps } from "../call/ByVoice"
import { Composer } from "../conversation/Composer"
import { MessageActions } from "../conversation/MessageActions"
import { talkOf } from "../conversation/talk"
import { Problems, Typing } from "../conversation/Underneath"
import { Transcript } from "../conversation/Transcript"
import { useLoaded } from "../parts/useLoaded"
import { say } from "../words"
import { AskedAfter } from "./AskedAfter"
import css from "./Talking.module.css"
import { KeepWords } from "./KeepWords"
import { TellMore, type TellMoreProps } from "./TellMore"

/** To write and read, as soon as the device is at work; what helps to be understood, and to come back. */
export function Talking({ crisis }: { readonly crisis: GuestCrisis }) {
  const conversation = crisis.talk.value
  const isHeard = crisis.stage.value === "here"
  return (
    <>
      <section class={css.talk} aria-labelledby="write">
        <h2 id="write">{say(isHeard ? "crisis.talk.title" : "crisis.write.title")}</h2>
        <AskedAfter crisis={crisis} />
        <p class={css.note}>{say("crisis.confidential")}</p>
        {!isHeard && <p class={css.note}>{say("crisis.write.text")}</p>}
        {isHeard && crisis.calls.value && conversation && (
          <Voice calls={crisis.calls.value} conversation={conversation.id} plays />
        )}
        {conversation === undefined ? (
          <p class={css.soon} role="status">
            {say("crisis.write.soon")}
          </p>
        ) : (
          <Writing key={conversation.id} conversation={conversation} />
        )}
        <p role="status" class="hidden">
          {announced.value}
        </p>
      </section>
      {conversation !== undefined && <TellMore crisis={crisis} conversation={conversation} />}
      {conversation !== undefined && <Care crisis={crisis} conversation={conversation} />}
      <KeepWords crisis={crisis} />
    </>
  )
}

function Voice(props: ByVoiceProps) {
  const loaded = useLoaded(() => import("../call/ByVoice"))
  return loaded ? <loaded.ByVoice {...props} /> : null
}

/** What can wait until somebody wants it. */
function Care({ crisis, conversation }: TellMoreProps) {
  const loaded = useLoaded(() => import("../plan/PersonCare"))
  return loaded ? <loaded.PersonCare conversation={conversation} onBand={(band) => crisis.raise(band)} /> : null
}

function Writing({ conversation }: { readonly conversation: Conversation }) {
  const talk = useMemo(() => talkOf(conversation, true), [conversation])
  useEffect(() => () => talk.end(), [talk])
  const acting = talk.acting.value
  return (
    <>
      <div class={css.box}>
        <div class={css.log} data-empty={conversation.messages.value.length === 0}>
          <Transcript talk={talk} />
        </div>
        <Typing conversation={conversation} />
        <Problems talk={talk} />
        <Composer talk={talk} />
      </div>
      {acting && <MessageActions talk={talk} message={acting} />}
    </>
  )
}
