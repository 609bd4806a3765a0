// Builds the service worker, with the list of what it keeps: every file of the build.
//
// Thirty lines instead of vite-plugin-pwa: that brings Workbox, some two hundred packages,
// to write this list, and its own registration, which the page's policy refuses.

import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import type { Plugin } from "vite"

const SOURCE = fileURLToPath(new URL("../src/sw/sw.ts", import.meta.url))
const DOCUMENTS: Readonly<Record<string, string>> = { "index.html": "/", "help.html": "/help" }

export function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const files = Object.values(bundle).filter(({ fileName }) => /\.(html|js|css)$/.test(fileName))
        const digest = createHash("sha256")
        for (const file of files.sort((a, b) => (a.fileName < b.fileName ? -1 : 1)))
          digest.update(`${file.fileName}\0`).update("code" in file ? file.code : file.source)
        const paths = files.map(({ fileName }) => DOCUMENTS[fileName] ?? `/${fileName}`)
        const define = { FILES: JSON.stringify(paths), BUILD: JSON.stringify(digest.digest("hex").slice(0, 16)) }
        const made = await build({
          entryPoints: [SOURCE],
          bundle: true,
          write: false,
          minify: true,
          target: "es2023",
          define,
        })
        this.emitFile({ type: "asset", fileName: "sw.js", source: made.outputFiles[0]?.contents ?? "" })
      },
    },
  }
}
