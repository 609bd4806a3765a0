import { useEffect } from "preact/hooks"
import type { App } from "../../state/models"
import { go } from "../router"
import { Starting } from "../welcome/Between"

/** On the way from a notice of the browser to the conversation that it was about. */
export function FromNotice({ app, name }: { readonly app: App; readonly name: string }) {
  useEffect(() => {
    let wanted = true
    const home = () => undefined
    void app
      .placeOf(name)
      .catch(home)
      .then((id) => {
        if (wanted) go(id === undefined ? "#/" : `#/c/${id}`)
      })
    return () => {
      wanted = false
    }
  }, [app, name])
  return <Starting />
}
