import argon2Worker from "./account/argon2-worker.ts?worker&url"
import frameWorker from "./call/frame-worker.ts?worker&url"
import { LANGUAGES } from "./i18n/languages"
import { choose } from "./i18n/words"
import { fallSilentOnLeaving } from "./protocol/silence"
import { LiveApp } from "./state/app"
import { mount } from "./ui/mount"

const app = new LiveApp({
  origin: location.origin,
  argon2Worker,
  frameWorker,
  language: choose(Object.keys(LANGUAGES), navigator.languages),
  shelf: localStorage,
  isInFront: () => document.visibilityState === "visible",
  reload: () => location.reload(),
  onFront: (then) => onVisibility("visible", then),
  onHidden: (then) => onVisibility("hidden", then),
})
fallSilentOnLeaving()
mount(app)
app.start()

function onVisibility(state: DocumentVisibilityState, then: () => void): void {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === state) then()
  })
}
