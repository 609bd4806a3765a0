// Brings node_modules/ts-mls to the corrected form of patches/, or fails loudly.
// Every file is known by its SHA-256 before and after, so that nothing is patched
// that was not read, and running twice changes nothing.

import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { parsePatch, applyPatch } from "diff"

const VERSION = "1.6.4"
const web = new URL("../", import.meta.url)
const library = new URL("node_modules/ts-mls/", web)
const read = (url) => readFileSync(url, "utf8")
const sha256 = (text) => createHash("sha256").update(text).digest("hex")

function fail(reason) {
  console.error(`ts-mls was not patched: ${reason}`)
  process.exit(1)
}

const { version } = JSON.parse(read(new URL("package.json", library)))
if (version !== VERSION) fail(`version ${version} is installed, the patch is for ${VERSION}`)

const hashes = read(new URL(`patches/ts-mls-${VERSION}.sha256`, web))
  .trim()
  .split("\n")
  .map((line) => line.split(" "))
const changes = new Map(
  parsePatch(read(new URL(`patches/ts-mls-${VERSION}.patch`, web))).map((change) => [
    change.newFileName.slice("b/".length),
    change,
  ]),
)
if (changes.size !== hashes.length) fail("patch and list of hashes name different files")

const writes = []
for (const [before, after, path] of hashes) {
  const target = new URL(path, library)
  const current = read(target)
  const change = changes.get(path)
  if (change === undefined) fail(`${path} has hashes but no change`)
  if (sha256(current) === after) continue
  if (sha256(current) !== before) fail(`${path} is not the published file`)
  const patched = applyPatch(current, change)
  if (patched === false || sha256(patched) !== after) fail(`${path} does not come out as it should`)
  writes.push([target, patched])
}
for (const [target, patched] of writes) writeFileSync(target, patched)
