import { LANGUAGES } from "./i18n/languages"
import { choose } from "./i18n/words"
import { unready } from "./state/unready"
import { mount } from "./ui/mount"

mount(unready(choose(Object.keys(LANGUAGES), navigator.languages)))
