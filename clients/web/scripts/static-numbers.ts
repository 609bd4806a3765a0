// Writes the numbers of the crisis page into its HTML, so that they are there before any
// script has run, and also where none runs at all. What has become too old to be shown is
// known to the script, when the page is looked at; here every line stands with its day.

import type { Plugin } from "vite"
import { address, type Channel, COUNTRIES, DIRECTORY, type Line } from "../src/ui/help/lines"

export function staticNumbers(): Plugin {
  return {
    name: "static-numbers",
    transformIndexHtml(html) {
      const links = DIRECTORY.everywhere.map((number) => link("call", number)).join(" ")
      const list = [`<li>Most countries: ${links}</li>`, ...COUNTRIES.map(row).sort()].join("\n")
      return html.replace("<!-- numbers -->", `<ul>${list}</ul>`).replace("<!-- date -->", DIRECTORY.compiled_on)
    },
  }
}

function row(code: string): string {
  const name = new Intl.DisplayNames("en", { type: "region" }).of(code) ?? code
  const own = DIRECTORY.lines.filter(({ country }) => country === code)
  return `<li><strong>${escaped(name)}</strong>: ${own.map(line).join("; ")}</li>`
}

function line({ name, numbers, verified_on }: Line): string {
  const links = numbers.map(({ channel, value }) => `${channel === "call" ? "" : `${channel} `}${link(channel, value)}`)
  const checked = verified_on === null ? "not checked yet" : `checked on ${verified_on}`
  return `${escaped(name)} ${links.join(" ")} (${checked})`
}

function link(channel: Channel, value: string): string {
  return `<a href="${escaped(address(channel, value))}"><bdi>${escaped(value)}</bdi></a>`
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
}
