import { render } from "preact"
import argon2Worker from "./account/argon2-worker.ts?worker&url"
import frameWorker from "./call/frame-worker.ts?worker&url"
import { listen } from "./exit/exit"
import { APP, HELP, isLanguage, LANGUAGES, type Language, SOURCE } from "./i18n/languages"
import english from "./i18n/locales/en/help.json"
import { type Catalogue, choose, Words } from "./i18n/words"
import { fallSilentOnLeaving } from "./protocol/silence"
import { LiveGuestCrisis } from "./state/guest-crisis"
import { HelpPage } from "./ui/help/HelpPage"
import { speak } from "./ui/words"
import "./ui/tokens.css"
import "./ui/base.css"

let spoken: Language = SOURCE
/** Whether the words of conversations are wanted, too. */
let isTalking = false

/** The words of a language; of what is said on this page only, unless somebody talks. */
async function speakIn(language: Language): Promise<void> {
  spoken = language
  const app = isTalking ? (await import("./i18n/locales/en/app.json")).default : {}
  const source = { ...english, ...app }
  if (language === SOURCE) return speakIf(language, source, source)
  const shared = (await HELP[language]()).default
  const own = isTalking ? (await APP[language]()).default : {}
  speakIf(language, { ...shared, ...own }, source)
}

/** Unless another language was chosen meanwhile. */
function speakIf(language: Language, catalogue: Catalogue<string>, source: Catalogue<string>): void {
  if (language === spoken) speak(new Words<string>(language, catalogue, source))
}

function talkToo(): Promise<void> {
  isTalking = true
  return speakIn(spoken)
}

listen()
fallSilentOnLeaving()
const wanted = choose(Object.keys(LANGUAGES), navigator.languages)
// English is there at once; the other languages come when they come, and numbers need none.
speak(new Words<string>(SOURCE, english, english))
if (isLanguage(wanted)) void speakIn(wanted)
const crisis = new LiveGuestCrisis(location.origin, argon2Worker, frameWorker, () => spoken)
const root = document.getElementById("root")
if (root) {
  root.replaceChildren()
  const onLanguage = (language: string) => isLanguage(language) && void speakIn(language)
  render(<HelpPage crisis={crisis} onLanguage={onLanguage} onTalking={talkToo} />, root)
}
// Once the numbers are painted.
requestAnimationFrame(() => setTimeout(() => crisis.start()))
