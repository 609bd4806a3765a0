import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { isLanguage, LANGUAGES, SOURCE } from "./languages"
import type { Catalogue, Plural } from "./words"

// The tests run in the folder of the web client.
const read = (path: string) => readFileSync(path, "utf8")
const DOCUMENTS = [
  "app",
  "help",
  "call",
  "credentials",
  "desk",
  "hooks",
  "matching",
  "overrides",
  "plan",
  "rewards",
  "sharing",
  "supervise",
]
const catalogue = (language: string, document: string) =>
  JSON.parse(read(`src/i18n/locales/${language}/${document}.json`)) as Catalogue<string>
const sources = globSync("src/{ui,i18n}/**/*.{ts,tsx}")
  .filter((path) => !path.endsWith(".test.ts"))
  .map(read)
  .join("\n")

const forms = (value: string | Plural) => (typeof value === "string" ? [value] : Object.values(value))
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort()

for (const language of Object.keys(LANGUAGES)) {
  for (const document of DOCUMENTS) {
    test(`${language} says everything that ${document} can say, and nothing else`, () => {
      const [own, source] = [catalogue(language, document), catalogue(SOURCE, document)]
      assert.deepEqual(Object.keys(own).sort(), Object.keys(source).sort())
    })

    test(`${language} names the same values in ${document}, and has each of its plurals`, () => {
      const [own, source] = [catalogue(language, document), catalogue(SOURCE, document)]
      const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories
      for (const [key, value] of Object.entries(own)) {
        const wanted = new Set(forms(source[key] ?? "").flatMap(names))
        for (const form of forms(value)) {
          assert.notEqual(form.trim(), "", key)
          for (const name of names(form)) assert.ok(wanted.has(name), `${language} ${key}: {${name}}`)
        }
        if (typeof value === "string") assert.deepEqual(new Set(names(value)), wanted, `${language} ${key}`)
        else if (language === "ar") assert.deepEqual(Object.keys(value).sort(), [...categories].sort(), key)
      }
    })
  }
}

test("every sentence is said somewhere", () => {
  const prefixes = [...sources.matchAll(/`([a-z_.]+\.)\$\{/g)].map((match) => match[1] ?? "")
  for (const document of DOCUMENTS) {
    for (const key of Object.keys(catalogue(SOURCE, document))) {
      const isSaid = sources.includes(`"${key}"`) || prefixes.some((prefix) => key.startsWith(prefix))
      assert.ok(isSaid, `${key} is never said`)
    }
  }
})

test("a language is one that has locales", () => {
  assert.ok(isLanguage("ar"))
  assert.ok(!isLanguage("toString"))
})

test("to whoever asks for help, sentences are short", () => {
  const later = Object.entries(catalogue(SOURCE, "app")).filter(([key]) => key.startsWith("crisis."))
  for (const [key, value] of [...Object.entries(catalogue(SOURCE, "help")), ...later]) {
    for (const sentence of forms(value).flatMap((form) => form.split(/[.:](?:\s|$)/))) {
      assert.ok(sentence.split(/\s+/).length <= 16, `${key}: ${sentence}`)
    }
  }
})
