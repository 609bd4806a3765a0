// Writes the numbers of the crisis page into its HTML, so that they are there before any
// script has run, and also where none runs at all.

import { readFileSync } from "node:fs"
import type { Plugin } from "vite"
import type { Country } from "../src/ui/help/countries"

interface Numbers {
  readonly compiled_on: string
  readonly everywhere: readonly string[]
  readonly countries: readonly Country[]
}

const SOURCE = new URL("../src/ui/help/numbers.json", import.meta.url)

export function staticNumbers(): Plugin {
  return {
    name: "static-numbers",
    transformIndexHtml(html) {
      const { countries, everywhere, compiled_on } = JSON.parse(readFileSync(SOURCE, "utf8")) as Numbers
      const links = everywhere.map((number) => link("tel", number)).join(" ")
      const list = [`<li>Most countries: ${links}</li>`, ...countries.map(row).sort()].join("\n")
      return html.replace("<!-- numbers -->", `<ul>${list}</ul>`).replace("<!-- date -->", compiled_on)
    },
  }
}

function row({ country, emergency, lines }: Country): string {
  const name = new Intl.DisplayNames("en", { type: "region" }).of(country) ?? country
  const numbers = [`emergency ${emergency.map((number) => link("tel", number)).join(" ")}`]
  for (const { name: line, call, text } of lines) {
    if (call !== undefined) numbers.push(`${escaped(line)} ${link("tel", call)}`)
    if (text !== undefined) numbers.push(`${escaped(line)}, text ${link("sms", text)}`)
  }
  return `<li><strong>${escaped(name)}</strong>: ${numbers.join("; ")}</li>`
}

function link(scheme: "tel" | "sms", number: string): string {
  return `<a href="${scheme}:${number.replaceAll(" ", "")}"><bdi>${escaped(number)}</bdi></a>`
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
}
