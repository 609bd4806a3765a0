import { useId } from "preact/hooks"
import { Button } from "../parts/Button"
import { Icon } from "../parts/Icon"
import { useAsking } from "../parts/useAsking"
import { fileSize } from "../times"
import css from "./Credentials.module.css"
import type { NeedCardProps } from "./need-props"
import { credentialProblem, needName, say } from "./words"

const KINDS = "application/pdf,image/jpeg,image/png,image/webp"

/** Documents for a point, sealed on this device before they go anywhere. */
export function Documents({ applying, application, need, canChange }: NeedCardProps) {
  const { busy, problem, ask } = useAsking()
  const id = useId()
  const attach = async (input: HTMLInputElement) => {
    const file = input.files?.[0]
    if (file === undefined) return
    await ask(() => applying.attach(application, need.need, file))
    // The same file can be chosen again.
    input.value = ""
  }
  return (
    <>
      {need.documents.length > 0 && (
        <ul role="list" class={css.rows}>
          {need.documents.map(({ document, name = say("doc.sealed"), size }) => (
            <li key={document} class={css.line}>
              <Icon name="file" />
              <span class={css.grow}>
                <bdi>{name}</bdi> <span class={css.faint}>{fileSize(size)}</span>
              </span>
              {canChange && (
                <Button
                  disabled={busy}
                  label={say("doc.remove.of", { name })}
                  onClick={() => void ask(() => applying.detach(application, document))}
                >
                  {say("doc.remove")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {canChange && need.state !== "met" && (
        <div class={css.choose}>
          <label for={id}>{say("doc.add")}</label>
          <input
            id={id}
            type="file"
            accept={KINDS}
            disabled={busy}
            aria-label={say("doc.add.of", { name: needName(need.need) })}
            onChange={({ currentTarget }) => void attach(currentTarget)}
          />
        </div>
      )}
      {busy && <p role="status">{say("doc.sealing")}</p>}
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </>
  )
}
