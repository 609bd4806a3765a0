/** The app before anything below the screens is joined to them: it says so, and works as a page. */

import { signal } from "@preact/signals"
import type { App } from "./models"

export function unready(language: string): App {
  return {
    phase: signal({ kind: "failed", code: "unready" }),
    display: { language: signal(language), theme: signal("system"), textScale: signal(1) },
    connection: signal("offline"),
    exitKind: signal("lock"),
  }
}
