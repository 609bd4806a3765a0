import { useEffect, useState } from "preact/hooks"
import type { OpenedRecording, OwnData } from "../../state/models"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { Notice } from "../parts/Notice"
import { saveAs } from "../parts/saveAs"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { exactly } from "../times"
import css from "./SealedRecording.module.css"
import { callProblem, say } from "./words"

/** Where the sealed file of a recording is opened: on this device, and nowhere else. */
export function SealedRecording({ data }: { readonly data: OwnData }) {
  const [opened, setOpened] = useState<OpenedRecording>()
  const { busy, problem, ask } = useAsking()
  const open = async (file: File | undefined) => {
    if (file === undefined) return
    setOpened(undefined)
    const { recording } = await ask(() => data.openRecording(file))
    setOpened(recording)
  }
  return (
    <Screen title={say("sealed.title")} back="#/settings">
      <p>{say("sealed.lead")}</p>
      <label class={css.choose}>
        <span>{say("sealed.choose")}</span>
        <input
          type="file"
          accept=".mvrec,application/octet-stream"
          disabled={busy}
          onChange={({ currentTarget }) => void open(currentTarget.files?.[0])}
        />
      </label>
      {busy && <p role="status">{say("sealed.opening")}</p>}
      {problem && <p role="alert">{callProblem(problem)}</p>}
      {opened && <Opened recording={opened} />}
    </Screen>
  )
}

function Opened({ recording }: { readonly recording: OpenedRecording }) {
  const { media, startedAt, end } = recording
  const [isAsked, setAsked] = useState(false)
  const url = useUrl(media)
  return (
    <section aria-label={say("sealed.recording")}>
      <p>{say("sealed.from", { time: exactly(startedAt) })}</p>
      {end !== "whole" && (
        <Notice look="plain" live>
          <p>{say(`sealed.${end}`)}</p>
        </Notice>
      )}
      {url && <video class={css.picture} src={url} controls playsInline aria-label={say("sealed.recording")} />}
      <p>
        <Button onClick={() => setAsked(true)}>{say("sealed.save")}</Button>
      </p>
      {isAsked && <Unsealed recording={recording} onClose={() => setAsked(false)} />}
    </section>
  )
}

/** What leaves the app is no longer protected by it: said before, not after. */
function Unsealed({ recording, onClose }: { readonly recording: OpenedRecording; readonly onClose: () => void }) {
  const save = () => {
    saveAs(recording.media, `recording-${recording.startedAt.toISOString().slice(0, 10)}.webm`)
    onClose()
  }
  return (
    <Dialog
      title={say("sealed.save.title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say("not_now")}</Button>
          <Button look="careful" onClick={save}>
            {say("sealed.save.do")}
          </Button>
        </>
      }
    >
      <p>{say("sealed.save.text")}</p>
    </Dialog>
  )
}

/** The address of a file of this page, for as long as it is shown. */
function useUrl(file: Blob): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return url
}
