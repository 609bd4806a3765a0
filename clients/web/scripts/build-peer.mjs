// Bundles test/peer.ts into build/peer.mjs, for a plain Node.

import { build } from "esbuild"

await build({
  entryPoints: ["test/peer.ts"],
  outfile: "build/peer.mjs",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
})
