/**
 * Shows one state after another in one page: `gallery.show(name, look)` resolves when it
 * stands. The document of help is among them, as `help-page`.
 */

import { render } from "preact"
import en from "../../src/i18n/locales/en/help.json"
import app from "../../src/i18n/locales/en/app.json"
import { HELP, isLanguage, SOURCE } from "../../src/i18n/languages"
import { type Catalogue, Words } from "../../src/i18n/words"
import { now } from "../../src/ui/clock"
import { country } from "../../src/ui/help/countries"
import { HelpPage } from "../../src/ui/help/HelpPage"
import { mount } from "../../src/ui/mount"
import { go } from "../../src/ui/router"
import { speak } from "../../src/ui/words"
import * as looks from "./looks"
import { pseudo } from "./pseudo"
import { STATES, type State } from "./states"
import { asked, hear, NOW } from "./values"

interface Look {
  readonly language?: "en" | "es" | "ar" | "pseudo"
  readonly theme?: "system" | "light" | "dark" | "contrast"
  /** Of the text, from 1 to 2. */
  readonly scale?: number
  /** Whether what is pressed takes the focus first, as it does for people. */
  readonly focused?: boolean
}

const HELP_PAGE = "help-page"
const PATIENCE_MS = 5_000
const ENGLISH: Catalogue<string> = { ...en, ...app }
let end: () => void = () => undefined

/** What was pressed last, outside of a dialog. */
let opener: HTMLElement | null = null

async function show(
  name: string,
  { language = "en", theme = "system", scale = 1, focused = false }: Look = {},
): Promise<void> {
  end()
  asked.length = 0
  now.value = NOW
  country.value = "GB"
  history.replaceState(null, "", STATES[name]?.hash ?? "#/")
  if (name === HELP_PAGE) await showHelp(language, theme, scale)
  else {
    const state = STATES[name]
    if (!state) throw new Error(`there is no ${name}`)
    const shown = state.app()
    shown.display.language.value = language === "pseudo" ? SOURCE : language
    shown.display.theme.value = theme
    shown.display.textScale.value = scale
    end = mount(shown)
    now.value = NOW
    await until(() => document.documentElement.lang === shown.display.language.value && hasHeading())
    if (language === "pseudo") {
      await settled()
      speak(new Words<string>("en-XA", pseudo(ENGLISH), ENGLISH))
    }
    await play(state, focused)
  }
  await settled()
}

async function showHelp(language: string, theme: string, scale: number): Promise<void> {
  const root = document.getElementById("root")
  if (!root) throw new Error("the page has no root")
  const { dataset } = document.documentElement
  if (theme === "system") delete dataset["theme"]
  else dataset["theme"] = theme
  dataset["text"] = String(scale * 100)
  // What the document of help has, and nothing more: a key of the app would break it here.
  const own = isLanguage(language) && language !== SOURCE ? (await HELP[language]()).default : en
  speak(language === "pseudo" ? new Words<string>("en-XA", pseudo(en), en) : new Words<string>(language, own, en))
  render(<HelpPage onLanguage={() => undefined} />, root)
  end = () => render(null, root)
}

async function play({ press = [], type, hash }: State, focused: boolean): Promise<void> {
  if (hash !== undefined) go(hash)
  await settled()
  if (type !== undefined) {
    await until(() => document.querySelector("main input") !== null)
    const field = document.querySelector<HTMLInputElement>("main input")
    if (field) field.value = type
    field?.dispatchEvent(new InputEvent("input", { bubbles: true }))
    await until(() => document.querySelector("main [role=status]")?.textContent !== "")
  }
  for (const selector of press) {
    const find = () =>
      document.querySelector<HTMLElement>(`dialog ${selector}`) ??
      document.querySelector<HTMLElement>(`main ${selector}`) ??
      document.querySelector<HTMLElement>(selector)
    await until(() => find() !== null)
    const pressed = find()
    if (document.querySelector("dialog") === null) opener = pressed
    if (focused) pressed?.focus()
    pressed?.click()
    await settled()
  }
}

const hasHeading = () => document.querySelector("h1") !== null

async function until(holds: () => boolean): Promise<void> {
  const begun = performance.now()
  while (!holds()) {
    if (performance.now() - begun > PATIENCE_MS) throw new Error(`never: ${String(holds)}`)
    await frame()
  }
}

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))

async function settled(): Promise<void> {
  for (let left = 3; left > 0; left--) await frame()
}

/** Whether what opened a dialog has the focus. */
const isBack = () => document.activeElement === opener

const names = [...Object.keys(STATES), HELP_PAGE]
Object.assign(globalThis, { gallery: { names, show, isBack, hear, asked, ...looks } })
const wanted = new URLSearchParams(location.search).get("state")
if (wanted !== null) void show(wanted)
