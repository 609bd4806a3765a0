import { useEffect, useState } from "preact/hooks"
import type { EvidenceDocument } from "../../state/application-models"
import type { Reviewing } from "../../state/review-models"
import { Button } from "../parts/Button"
import { Icon } from "../parts/Icon"
import { saveAs } from "../parts/saveAs"
import { useAsking } from "../parts/useAsking"
import { fileSize } from "../times"
import { say as sayHere } from "../words"
import css from "./Credentials.module.css"
import { credentialProblem, say } from "./words"

/** Shown in the page; every other kind is only saved, since a browser may run it. */
const PICTURES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/webp"])

export interface EvidenceProps {
  readonly reviewing: Reviewing
  readonly application: string
  readonly shown: EvidenceDocument
}

/** A document that whoever applies has sealed: opened on this device, after a press. */
export function Evidence({ reviewing, application, shown }: EvidenceProps) {
  const [file, setFile] = useState<File>()
  const [url, setUrl] = useState<string>()
  const { busy, problem, ask } = useAsking()
  const { document, size } = shown
  const name = file?.name ?? say("doc.sealed")
  const open = async () => {
    const found = await ask(() => reviewing.open(application, document))
    setFile(found.file)
  }
  useEffect(() => {
    if (file === undefined || !PICTURES.has(file.type)) return
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return (
    <div class={css.rows}>
      <p class={css.line}>
        <Icon name="file" />
        <span class={css.grow}>
          <bdi>{name}</bdi> <span class={css.faint}>{fileSize(size)}</span>
        </span>
        {file === undefined ? (
          <Button disabled={busy} label={say("doc.open.of", { name })} onClick={() => void open()}>
            {busy ? sayHere("busy") : say("doc.open")}
          </Button>
        ) : (
          <Button label={say("doc.save.of", { name })} onClick={() => saveAs(file, name)}>
            {say("doc.save")}
          </Button>
        )}
      </p>
      {file !== undefined && (
        <p class={css.faint} role="status">
          {say("doc.save.text")}
        </p>
      )}
      {url !== undefined && <img class={css.picture} src={url} alt={say("doc.picture", { name })} />}
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </div>
  )
}
