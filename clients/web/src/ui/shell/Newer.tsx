import type { App } from "../../state/models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { route } from "../router"
import { say } from "../words"
import css from "./Newer.module.css"

/** Offers a newer build of the app, where nothing is open that somebody is in the middle of. */
export function Newer({ app }: { readonly app: App }) {
  const use = app.newer.value
  const { screen } = route.value
  if (use === undefined || (screen !== "home" && screen !== "settings")) return null
  return (
    <div class={css.newer}>
      <Notice look="plain" live actions={<Button onClick={use}>{say("newer.use")}</Button>}>
        <p>{say("newer.ready")}</p>
      </Notice>
    </div>
  )
}
