import type { Key } from "../../i18n/languages"
import { Button } from "../parts/Button"
import { Screen } from "../parts/Screen"
import { say } from "../words"

export function Starting() {
  return (
    <Screen title={say("starting.title")}>
      <p role="status">{say("starting.text")}</p>
    </Screen>
  )
}

/** Another window of ours works with this device; two at once would harm its keys. */
export function Elsewhere({ useHere }: { readonly useHere: () => void }) {
  return (
    <Screen title={say("elsewhere.title")}>
      <p>{say("elsewhere.text")}</p>
      <p>
        <Button look="main" onClick={useHere}>
          {say("elsewhere.here")}
        </Button>
      </p>
    </Screen>
  )
}

const FAILURES: Readonly<Record<string, Key>> = {
  StoreDamaged: "failed.damaged",
  ShapeError: "failed.damaged",
  StoreFull: "failed.full",
  // A part of the page could not be loaded: the code is all that browsers tell.
  TypeError: "failed.loading",
}

/** What is wrong in words, where there are some, and what nobody loses by it. */
export function Failed({ code }: { readonly code: string }) {
  return (
    <Screen title={say("failed.title")}>
      <p>{say(FAILURES[code] ?? "failed.text")}</p>
      <p>
        <Button look="main" onClick={() => location.reload()}>
          {say("failed.again")}
        </Button>
      </p>
      <details>
        <summary>{say("failed.details")}</summary>
        <code>{code}</code>
      </details>
    </Screen>
  )
}
