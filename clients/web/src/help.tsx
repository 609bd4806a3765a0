import { render } from "preact"
import { listen } from "./exit/exit"
import { choose } from "./i18n/words"
import { HELP, isLanguage, LANGUAGES, type Language, SOURCE } from "./i18n/languages"
import english from "./i18n/locales/en/help.json"
import { Words } from "./i18n/words"
import { fallSilentOnLeaving } from "./protocol/silence"
import { HelpPage } from "./ui/help/HelpPage"
import { speak } from "./ui/words"
import "./ui/tokens.css"
import "./ui/base.css"

async function speakIn(language: Language): Promise<void> {
  const catalogue = language === SOURCE ? english : (await HELP[language]()).default
  speak(new Words<string>(language, catalogue, english))
}

listen()
fallSilentOnLeaving()
const wanted = choose(Object.keys(LANGUAGES), navigator.languages)
// English is there at once; the other languages come when they come, and numbers need none.
speak(new Words<string>(SOURCE, english, english))
if (isLanguage(wanted)) void speakIn(wanted)
const root = document.getElementById("root")
if (root) {
  root.replaceChildren()
  render(<HelpPage onLanguage={(language) => isLanguage(language) && void speakIn(language)} />, root)
}
