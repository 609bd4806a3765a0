import { effect, signal } from "@preact/signals"
import { render } from "preact"
import { listen } from "../exit/exit"
import { APP, HELP, isLanguage, type Language, SOURCE } from "../i18n/languages"
import app from "../i18n/locales/en/app.json"
import help from "../i18n/locales/en/help.json"
import { type Catalogue, Words } from "../i18n/words"
import type { App } from "../state/models"
import { startClock } from "./clock"
import { Root } from "./Root"
import { exitKind } from "./shell/ExitBar"
import { startRouter } from "./router"
import { speak } from "./words"
import "./tokens.css"
import "./base.css"

const ENGLISH: Catalogue<string> = { ...help, ...app }

/** Shows the app in `#root`; returns how to take it away again. */
export function mount(shown: App): () => void {
  const root = document.getElementById("root")
  if (!root) throw new Error("the page has no root")
  listen()
  const ends = [
    startRouter(),
    startClock(),
    followDisplay(shown),
    effect(() => void (exitKind.value = shown.exitKind.value)),
  ]
  render(<Root app={shown} />, root)
  return () => {
    render(null, root)
    for (const end of ends) end()
  }
}

/** Puts language, theme and size of text on the page, now and when they change. */
function followDisplay(shown: App): () => void {
  const { display } = shown
  const ending = signal(false)
  speak(new Words<string>(SOURCE, ENGLISH, ENGLISH))
  const stopSpeaking = effect(() => {
    const language = display.language.value
    if (!isLanguage(language)) return
    void load(language).then((catalogue) => {
      const isWanted = !ending.peek() && display.language.peek() === language
      if (!isWanted) return
      const spoken = new Words<string>(language, catalogue, ENGLISH)
      speak(spoken)
      shown.notice.value = spoken.say("push.notice")
    })
  })
  const stopShowing = effect(() => {
    const root = document.documentElement.dataset
    if (display.theme.value === "system") delete root["theme"]
    else root["theme"] = display.theme.value
    root["text"] = String(Math.round(display.textScale.value * 100))
  })
  return () => {
    ending.value = true
    stopSpeaking()
    stopShowing()
  }
}

async function load(language: Language): Promise<Catalogue<string>> {
  if (language === SOURCE) return ENGLISH
  const [shared, own] = await Promise.all([HELP[language](), APP[language]()])
  return { ...shared.default, ...own.default }
}
