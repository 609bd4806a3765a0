import { useEffect } from "preact/hooks"
import type { Message } from "../../state/models"
import { Button } from "../parts/Button"
import { Icon } from "../parts/Icon"
import { problemText } from "../parts/problems"
import { useFile } from "../parts/useFile"
import { useSeen } from "../parts/useSeen"
import { fileSize } from "../times"
import { say, words } from "../words"
import css from "./FilePart.module.css"
import type { Talk } from "./talk"

/** Shown in the page; every other kind is only saved, since a browser may run it. */
const PICTURES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"])

/** A file: what it is, how far it got, and a way to see or save it. */
export function FilePart({ talk, message }: { readonly talk: Talk; readonly message: Message }) {
  const { url, busy, problem, open } = useFile(talk.conversation, message)
  const { file } = message
  const isPicture = file !== undefined && PICTURES.has(file.mediaType)
  const { place, seen } = useSeen<HTMLDivElement>()
  const isWanted = seen && isPicture && message.status === "sent" && talk.conversation.showsPictures.value
  useEffect(() => {
    if (isWanted) void open()
  }, [isWanted])
  const done = talk.conversation.progress.value.get(message.id)
  if (!file) return null
  const save = async () => {
    const address = await open()
    if (address === undefined) return
    const link = document.createElement("a")
    link.href = address
    link.download = file.name
    link.click()
  }
  return (
    <div class={css.file} ref={place}>
      {isPicture && url !== undefined && (
        <img class={css.picture} src={url} alt={say("file.picture", { name: file.name })} />
      )}
      <p class={css.name}>
        <Icon name="file" />
        <span>
          <bdi>{file.name}</bdi>
          <span class={css.size}>{fileSize(file.size)}</span>
        </span>
      </p>
      {done !== undefined && done < 1 ? (
        <>
          <progress class={css.progress} value={done} max={1} aria-label={say("file.progress")} />
          <p class={css.size}>{words().number(done, { style: "percent" })}</p>
        </>
      ) : (
        <div class={css.actions}>
          {isPicture && url === undefined && (
            <Button disabled={busy} onClick={() => void open()}>
              {say(busy ? "busy" : "file.show")}
            </Button>
          )}
          <Button disabled={busy} onClick={() => void save()}>
            {say("file.save")}
          </Button>
        </div>
      )}
      {problem && <p role="alert">{problemText(problem)}</p>}
    </div>
  )
}
