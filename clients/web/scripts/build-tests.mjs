// Bundles what the tests run: test/peer.ts for a plain Node, test/lab.ts for a browser.

import { build } from "esbuild"

const common = { bundle: true, format: "esm", logLevel: "warning" }
await build({ ...common, entryPoints: ["test/peer.ts"], outfile: "build/peer.mjs", platform: "node", target: "node20" })
await build({ ...common, entryPoints: ["test/lab.ts"], outfile: "build/lab.js", platform: "browser", target: "es2023" })
