// Which folder of src may know which, and that no files import each other in a circle.

import { existsSync, readFileSync, readdirSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript"

/** From the ground up: a folder may import those below it, not its neighbours. */
const FLOORS = [
  ["exit", "i18n", "sw"],
  ["protocol", "e2ee", "store"],
  ["account"],
  ["log"],
  ["chat"],
  ["call", "credentials", "crisis", "desk", "rewards", "screening"],
  ["state"],
  ["ui"],
]
/** Packages that only these folders may import. */
const OWNERS = {
  preact: ["ui"],
  "@preact/signals": ["state", "ui"],
  "socket.io-client": ["protocol"],
  idb: ["store"],
  "ts-mls": ["e2ee"],
}

const src = fileURLToPath(new URL("../src", import.meta.url))
const files = readdirSync(src, { recursive: true }).filter((name) => /\.tsx?$/.test(name))
const problems = []
const graph = new Map()

const folderOf = (file) => (file.includes("/") ? file.split("/")[0] : undefined)
const floorOf = (folder) => FLOORS.findIndex((floor) => floor.includes(folder))

function target(file, specifier) {
  const base = join(src, dirname(file), specifier)
  const found = [base, `${base}.ts`, `${base}.tsx`, `${base}/index.ts`].find(
    (path) => /\.\w+$/.test(path) && existsSync(path),
  )
  return found === undefined ? undefined : relative(src, found)
}

function packageOf(specifier) {
  const parts = specifier.split("/")
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0]
}

for (const file of files) {
  const from = folderOf(file)
  if (from !== undefined && floorOf(from) < 0) problems.push(`${file}: the folder stands on no floor`)
  const { importedFiles } = ts.preProcessFile(readFileSync(join(src, file), "utf8"))
  const inner = []
  for (const { fileName } of importedFiles) {
    if (!fileName.startsWith(".")) {
      const owners = OWNERS[packageOf(fileName)]
      if (owners && from !== undefined && !owners.includes(from)) problems.push(`${file} may not import ${fileName}`)
      continue
    }
    const found = target(file, fileName)
    if (found === undefined) continue
    inner.push(found)
    const to = folderOf(found)
    if (from === undefined || to === from) continue
    if (to === undefined || floorOf(to) >= floorOf(from)) problems.push(`${file} may not import ${found}`)
  }
  graph.set(file, inner)
}

const done = new Set()
function visit(file, path) {
  const start = path.indexOf(file)
  if (start >= 0) problems.push(`in a circle: ${[...path.slice(start), file].join(" → ")}`)
  if (start >= 0 || done.has(file)) return
  for (const next of graph.get(file) ?? []) visit(next, [...path, file])
  done.add(file)
}
for (const file of files) visit(file, [])

for (const problem of problems) console.error(problem)
process.exitCode = problems.length ? 1 : 0
