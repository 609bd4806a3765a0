import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { test } from "node:test"

const sheets = globSync("src/**/*.css").map((path) => [path, readFileSync(path, "utf8")] as const)

const PHYSICAL = [
  /(?:^|[\s;{])(?:left|right|top|bottom)\s*:/m,
  /(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)/,
  /(?:^|[\s;{])(?:min-|max-)?(?:width|height)\s*:/m,
  /(?:text-align|float|clear)\s*:\s*(?:left|right)/,
  /border-(?:top|bottom)-(?:left|right)-radius/,
]

test("sides are named by the direction of writing", () => {
  for (const [path, css] of sheets) {
    // Conditions on the window have no logical names.
    const rules = css.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/@media[^{]*|env\([^)]*\)/g, "")
    for (const pattern of PHYSICAL) assert.doesNotMatch(rules, pattern, path)
  }
})

test("every colour is one of the tokens", () => {
  for (const [path, css] of sheets) {
    if (path.endsWith("tokens.css") || path.endsWith("Qr.module.css") || path.endsWith("Scanner.module.css")) continue
    assert.doesNotMatch(css.replaceAll(/::backdrop[^}]*/g, ""), /#[0-9a-f]{3,8}\b|rgba?\(/i, path)
  }
})
