import { useEffect } from "preact/hooks"
import type { Participant, Room, SharedScreen, View } from "../../state/call-models"
import { Picture } from "./Picture"
import { Tile } from "./Tile"
import css from "./Tiles.module.css"
import { say } from "./words"

export interface TilesProps {
  readonly room: Room
  readonly view: View
  readonly hidesSelf: boolean
}

/** Everybody in the call, or one of them large with the others beside. */
export function Tiles({ room, view, hidesSelf }: TilesProps) {
  const people = room.people.value
  const others = people.filter(({ isMe }) => !isMe)
  const shown = hidesSelf && others.length > 0 ? others : people
  const screen = room.screen.value
  const front = frontOf(room, others, view)
  useTelling(room, shown, front)
  const beside = shown.filter(({ member }) => member !== front?.member)
  const isOneLarge = screen !== undefined || front !== undefined
  const tile = (person: Participant, large: boolean) => (
    <Tile
      key={person.member}
      person={person}
      large={large}
      hasPiece={room.circle?.piece.value?.holder === person.member}
      isSpotlit={room.circle?.spotlit.value === person.member}
    />
  )
  return (
    <section class={css.stage} aria-label={say("room.stage")} tabIndex={0} data-one={isOneLarge}>
      {screen && <Screen screen={screen} />}
      {front && (
        <ul role="list" class={css.front}>
          {tile(front, true)}
        </ul>
      )}
      <ul role="list" class={isOneLarge ? css.strip : css.grid} data-count={beside.length}>
        {beside.map((person) => tile(person, false))}
      </ul>
      {others.length === 0 && <Alone room={room} />}
    </section>
  )
}

/** Whoever is large: nobody, while everybody is shown alike or somebody shows a screen. */
function frontOf(room: Room, others: readonly Participant[], view: View): Participant | undefined {
  if (room.screen.value !== undefined) return undefined
  const spotlit = room.circle?.spotlit.value
  const wanted = spotlit ?? (view === "speaker" ? room.speaker.value : undefined)
  const found = room.people.value.find(({ member }) => member === wanted)
  return found ?? (view === "speaker" && others.length > 1 ? others[0] : undefined)
}

/** Says what is on the screen, so that no more of it is fetched. */
function useTelling(room: Room, shown: readonly Participant[], front: Participant | undefined): void {
  const members = shown.map(({ member }) => member).join(" ")
  const large = shown.length <= 2 ? members : (front?.member ?? "")
  useEffect(() => {
    const isLarge = new Set(large.split(" "))
    const all = [...members.split(" "), ...isLarge].filter((member) => member !== "")
    room.shows(new Map(all.map((member) => [member, isLarge.has(member) ? "large" : "small"])))
  }, [room, members, large])
  useEffect(() => () => room.shows(new Map()), [room])
}

function Screen({ screen }: { readonly screen: SharedScreen }) {
  const title = screen.isMe ? say("tile.screen.yours") : say("tile.screen", { name: screen.handle })
  return (
    <figure class={css.screen}>
      {screen.picture && !screen.isMe ? (
        <Picture stream={screen.picture} class={css.whole} label={title} />
      ) : (
        <span class={css.face} />
      )}
      <figcaption>{title}</figcaption>
    </figure>
  )
}

function Alone({ room }: { readonly room: Room }) {
  return (
    <div class={css.alone} role="status">
      <p>{say("room.alone")}</p>
      {room.circle === undefined && <p>{say("room.alone.hint")}</p>}
    </div>
  )
}
