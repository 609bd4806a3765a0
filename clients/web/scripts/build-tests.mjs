// Bundles what the tests run: the peers behind JSON lines for a plain Node, test/lab.ts and the workers for a browser.

import { build } from "esbuild"

const common = { bundle: true, format: "esm", logLevel: "warning" }
await build({
  ...common,
  entryPoints: ["test/peer.ts", "test/formats.ts"],
  outdir: "build",
  outExtension: { ".js": ".mjs" },
  platform: "node",
  target: "node20",
})
await build({
  ...common,
  entryPoints: ["test/lab.ts", "src/account/argon2-worker.ts", "src/call/frame-worker.ts"],
  outdir: "build",
  entryNames: "[name]",
  platform: "browser",
  target: "es2023",
})
