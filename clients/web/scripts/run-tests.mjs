// Bundles every src/**/*.test.ts into build/tests and runs them with this very Node.

import { spawnSync } from "node:child_process"
import { globSync, rmSync } from "node:fs"
import { build } from "esbuild"

const OUT = "build/tests"

rmSync(OUT, { recursive: true, force: true })
await build({
  entryPoints: globSync("src/**/*.test.ts"),
  outdir: OUT,
  outbase: "src",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  sourcemap: "inline",
  logLevel: "warning",
})
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", `${OUT}/**/*.test.mjs`], {
  stdio: "inherit",
})
process.exitCode = status ?? 1
