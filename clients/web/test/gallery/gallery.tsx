/**
 * Shows one state after another in one page: `gallery.show(name, look)` resolves when it
 * stands. Those of the document of help begin with `help-`.
 */

import { render, type VNode } from "preact"
import en from "../../src/i18n/locales/en/help.json"
import app from "../../src/i18n/locales/en/app.json"
import inCalls from "../../src/i18n/locales/en/call.json"
import ofCredentials from "../../src/i18n/locales/en/credentials.json"
import atDesk from "../../src/i18n/locales/en/desk.json"
import ofHooks from "../../src/i18n/locales/en/hooks.json"
import ofMatching from "../../src/i18n/locales/en/matching.json"
import ofOverrides from "../../src/i18n/locales/en/overrides.json"
import inPlans from "../../src/i18n/locales/en/plan.json"
import ofRewards from "../../src/i18n/locales/en/rewards.json"
import ofSharing from "../../src/i18n/locales/en/sharing.json"
import toSupervisors from "../../src/i18n/locales/en/supervise.json"
import { APP, HELP, isLanguage, type Language, SOURCE } from "../../src/i18n/languages"
import { type Catalogue, Words } from "../../src/i18n/words"
import type { GuestCrisis } from "../../src/state/guest-models"
import { now } from "../../src/ui/clock"
import { type CallKey, speakInCalls } from "../../src/ui/call/words"
import { type CredentialKey, speakOfCredentials } from "../../src/ui/credentials/words"
import { country } from "../../src/ui/help/countries"
import { type DeskKey, speakAtDesk } from "../../src/ui/desk/words"
import { type HookKey, speakOfHooks } from "../../src/ui/hooks/words"
import { type MatchKey, speakOfMatching } from "../../src/ui/matching/words"
import { type RewardKey, speakOfRewards } from "../../src/ui/rewards/words"
import { type SharingKey, speakOfSharing } from "../../src/ui/sharing/words"
import { type OverrideKey, speakOfOverrides } from "../../src/ui/desk/override-words"
import { type PlanKey, speakOfPlans } from "../../src/ui/plan/words"
import { HelpPage } from "../../src/ui/help/HelpPage"
import { speakToSupervisors, type SuperviseKey } from "../../src/ui/supervise/words"
import { mount } from "../../src/ui/mount"
import { go } from "../../src/ui/router"
import { speak } from "../../src/ui/words"
import * as looks from "./looks"
import { pseudo } from "./pseudo"
import { HELP_PRESSED, HELP_STATES } from "./help-states"
import { STATES, type State } from "./states"
import { asked, hear, NOW } from "./values"

type Theme = "system" | "light" | "dark" | "contrast"

interface Look {
  readonly language?: "en" | "es" | "ar" | "pseudo"
  readonly theme?: Theme
  /** Of the text, from 1 to 2. */
  readonly scale?: number
  /** Whether what is pressed takes the focus first, as it does for people. */
  readonly focused?: boolean
}

const PATIENCE_MS = 60_000
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
  const helped = HELP_STATES[name]
  if (helped !== undefined) {
    await showHelp(helped(), language, theme, scale)
    await play({ press: HELP_PRESSED[name] ?? [] }, focused)
  } else {
    const state = STATES[name]
    if (!state) throw new Error(`there is no ${name}`)
    const shown = state.app()
    shown.display.language.value = language === "pseudo" ? SOURCE : language
    shown.display.theme.value = theme
    shown.display.textScale.value = scale
    end = state.part === undefined ? mount(shown) : mountPart(state.part(), language, theme, scale)
    now.value = NOW
    await until(() => document.documentElement.lang === shown.display.language.value && hasHeading())
    if (language === "pseudo") {
      await settled()
      speak(new Words<string>("en-XA", pseudo(ENGLISH), ENGLISH))
      speakInCalls(new Words<CallKey>("en-XA", pseudo(inCalls), inCalls))
      speakOfCredentials(new Words<CredentialKey>("en-XA", pseudo(ofCredentials), ofCredentials))
      speakAtDesk(new Words<DeskKey>("en-XA", pseudo(atDesk), atDesk))
      speakOfHooks(new Words<HookKey>("en-XA", pseudo(ofHooks), ofHooks))
      speakOfMatching(new Words<MatchKey>("en-XA", pseudo(ofMatching), ofMatching))
      speakOfRewards(new Words<RewardKey>("en-XA", pseudo(ofRewards), ofRewards))
      speakOfSharing(new Words<SharingKey>("en-XA", pseudo(ofSharing), ofSharing))
      speakOfOverrides(new Words<OverrideKey>("en-XA", pseudo(ofOverrides), ofOverrides))
      speakOfPlans(new Words<PlanKey>("en-XA", pseudo(inPlans), inPlans))
      speakToSupervisors(new Words<SuperviseKey>("en-XA", pseudo(toSupervisors), toSupervisors))
    }
    await play(state, focused)
  }
  await settled()
}

/** In the place of the app. */
function mountPart(part: VNode, language: string, theme: Theme, scale: number): () => void {
  const root = document.getElementById("root")
  if (!root) throw new Error("the page has no root")
  dress(theme, scale)
  // It may be the first that is shown: before anything is rendered there are words.
  speak(new Words<string>(SOURCE, ENGLISH, ENGLISH))
  const spoken = isLanguage(language) ? language : SOURCE
  if (spoken !== SOURCE) void wordsOf(spoken, true).then((own) => speak(new Words<string>(spoken, own, ENGLISH)))
  render(part, root)
  return () => render(null, root)
}

function dress(theme: Theme, scale: number): void {
  wear(theme)
  document.documentElement.dataset["text"] = String(scale * 100)
}

async function showHelp(crisis: GuestCrisis, language: string, theme: Theme, scale: number): Promise<void> {
  const root = document.getElementById("root")
  if (!root) throw new Error("the page has no root")
  dress(theme, scale)
  // What the document of help has, and nothing more: a key of the app would break it here.
  const isTalking = crisis.stage.value !== "start"
  const source: Catalogue<string> = isTalking ? ENGLISH : en
  const own = isLanguage(language) && language !== SOURCE ? await wordsOf(language, isTalking) : source
  const said = language === "pseudo" ? pseudo(source) : own
  speak(new Words<string>(language === "pseudo" ? "en-XA" : language, said, source))
  render(<HelpPage crisis={crisis} onLanguage={() => undefined} onTalking={() => Promise.resolve()} />, root)
  if (crisis.talk.value !== undefined) await until(() => document.getElementById("keep") !== null)
  end = () => render(null, root)
}

async function wordsOf(language: Exclude<Language, "en">, isTalking: boolean): Promise<Catalogue<string>> {
  const own = isTalking ? (await APP[language]()).default : {}
  return { ...(await HELP[language]()).default, ...own }
}

async function play({ press = [], type, file, hash }: Omit<State, "app">, focused: boolean): Promise<void> {
  if (hash !== undefined) go(hash)
  await settled()
  if (type !== undefined) {
    await until(() => document.querySelector("main input") !== null)
    const field = document.querySelector<HTMLInputElement>("main input")
    if (field) field.value = type
    field?.dispatchEvent(new InputEvent("input", { bubbles: true }))
    await until(() => document.querySelector("main [role=status]")?.textContent !== "")
  }
  if (file !== undefined) await choose(file)
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

async function choose(name: string): Promise<void> {
  await until(() => document.querySelector("main input[type=file]") !== null)
  const input = document.querySelector<HTMLInputElement>("main input[type=file]")
  const chosen = new DataTransfer()
  chosen.items.add(new File([], name))
  if (input) input.files = chosen.files
  input?.dispatchEvent(new Event("change", { bubbles: true }))
  await settled()
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

/** Has another theme, and nothing else. */
function wear(theme: Theme): void {
  const { dataset } = document.documentElement
  if (theme === "system") delete dataset["theme"]
  else dataset["theme"] = theme
}

/** Whether what opened a dialog has the focus. */
const isBack = () => document.activeElement === opener

const names = [...Object.keys(STATES), ...Object.keys(HELP_STATES)]
Object.assign(globalThis, { gallery: { names, show, wear, isBack, hear, asked, ...looks } })
const wanted = new URLSearchParams(location.search).get("state")
if (wanted !== null) void show(wanted)
