import { useState } from "preact/hooks"
import type { CredentialRoom, OwnCredential, SignedCopy } from "../../state/credential-models"
import { Button } from "../parts/Button"
import { Qr } from "../parts/Qr"
import { saveAs } from "../parts/saveAs"
import { useAsking } from "../parts/useAsking"
import { say as sayHere } from "../words"
import css from "./Credentials.module.css"
import { fitsCode } from "./code"
import { credentialProblem, nameOf, say } from "./words"

export interface ShowItProps {
  readonly room: CredentialRoom
  readonly shown: OwnCredential
}

/** For somebody elsewhere: a code to scan, or a file. Neither stands there before it is asked for. */
export function ShowIt({ room, shown }: ShowItProps) {
  const [copy, setCopy] = useState<SignedCopy>()
  const { busy, problem, ask } = useAsking()
  const take = async (): Promise<SignedCopy | undefined> => {
    const found = await ask(() => room.copy(shown.credential))
    return found.copy
  }
  const save = async () => {
    const found = copy ?? (await take())
    if (found) saveAs(new Blob([found.jwt], { type: "application/vc+jwt" }), "credential.jwt")
  }
  const toggle = async () => setCopy(copy === undefined ? await take() : undefined)
  const name = nameOf(`type.${shown.type}`, shown.type)
  return (
    <div class={css.part}>
      {copy !== undefined && (
        <>
          {fitsCode(copy.jwt) ? (
            <Qr content={copy.jwt} label={say("code.label", { name })} large />
          ) : (
            <p role="status">{say("code.long")}</p>
          )}
          <p class={css.faint}>{say("code.text")}</p>
        </>
      )}
      <p class={css.line}>
        <Button
          disabled={busy}
          expanded={copy !== undefined}
          label={say(copy === undefined ? "code.show.of" : "code.hide.of", { name })}
          onClick={() => void toggle()}
        >
          {busy ? sayHere("busy") : say(copy === undefined ? "code.show" : "code.hide")}
        </Button>
        <Button disabled={busy} label={say("file.save.of", { name })} onClick={() => void save()}>
          {say("file.save")}
        </Button>
      </p>
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </div>
  )
}
