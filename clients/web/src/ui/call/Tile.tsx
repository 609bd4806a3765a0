import type { Participant, Quality } from "../../state/call-models"
import { Face } from "../parts/Face"
import { Icon } from "../parts/Icon"
import { Picture } from "./Picture"
import css from "./Tiles.module.css"
import { type CallKey, say } from "./words"

export interface TileProps {
  readonly person: Participant
  readonly large?: boolean
  readonly hasPiece?: boolean
  readonly isSpotlit?: boolean
}

/** One person: their picture or their letters, and in words how they are here. */
export function Tile({ person, large = false, hasPiece = false, isSpotlit = false }: TileProps) {
  const { handle, isMe, picture, isSpeaking, isMuted, presence, isPictureSpared } = person
  const shown = presence === "away" || isPictureSpared ? undefined : picture
  return (
    <li class={css.tile} data-large={large} data-speaking={isSpeaking} data-away={presence === "away"}>
      {shown ? (
        <Picture stream={shown} mirrored={isMe} class={css.picture} label={say("tile.picture", { name: handle })} />
      ) : (
        <span class={css.face}>
          <Face names={[handle]} />
        </span>
      )}
      {(hasPiece || isSpotlit || person.hand !== undefined || person.isRecorder) && (
        <span class={css.marks}>
          {person.hand !== undefined && (
            <span class={css.mark}>
              <Icon name="hand" />
              {say("tile.hand", { place: person.hand })}
            </span>
          )}
          {hasPiece && <span class={css.mark}>{say("tile.piece")}</span>}
          {isSpotlit && <span class={css.mark}>{say("tile.spotlight")}</span>}
          {person.isRecorder && <span class={css.mark}>{say("tile.recorder")}</span>}
        </span>
      )}
      <span class={css.below}>
        <span class={css.name}>
          <Icon name={isMuted ? "voice_off" : "voice"} />
          <span class="hidden">{say(isMuted ? "tile.muted" : isSpeaking ? "tile.speaking" : "tile.open")}</span>
          <bdi>{isMe ? say("tile.you", { name: handle }) : handle}</bdi>
        </span>
        <Standing person={person} />
      </span>
    </li>
  )
}

/** What there is to know about somebody's line and part in this; nothing where all is as usual. */
function Standing({ person }: { readonly person: Participant }) {
  const facts = standingOf(person)
  return facts.length === 0 ? null : (
    <span class={css.standing}>
      {facts.map((key) => (
        <span key={key}>{say(key)}</span>
      ))}
    </span>
  )
}

export function standingOf(person: Participant): readonly CallKey[] {
  const role = person.role === "participant" ? [] : [`role.${person.role}` as const]
  return [...role, ...lineOf(person)]
}

/** How somebody's line is, where that is worth a word. */
function lineOf({ presence, isMending, quality, isPictureSpared, isMe }: Participant): readonly CallKey[] {
  if (presence === "away") return ["tile.away"]
  if (presence === "reconnecting" || isMending) return ["tile.reconnecting"]
  const spared: readonly CallKey[] = isPictureSpared && !isMe ? ["tile.spared"] : []
  return quality === "fair" || quality === "poor" ? [...spared, qualityKey(quality)] : spared
}

export function qualityKey(quality: Quality | undefined): CallKey {
  return `quality.${quality ?? "unknown"}`
}
