import { defineConfig } from "vite"
import { serviceWorker } from "./scripts/service-worker"
import { staticNumbers } from "./scripts/static-numbers"

// Two documents: the crisis entry must stay small whatever is added to the rest.
export default defineConfig({
  base: "/",
  plugins: [staticNumbers(), serviceWorker()],
  resolve: { dedupe: ["preact"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: {
    // The list of helplines is the crisis package's.
    fs: { allow: [".", "../../crisis/mentalverse_crisis"] },
    proxy: {
      "/api": "http://localhost:8080",
      // How the app looks is the server's to say.
      "^/(icon|manifest)": "http://localhost:8080",
      "/socket.io": { target: "http://localhost:8080", ws: true },
    },
  },
  build: {
    target: "es2023",
    manifest: true,
    // Inline data and scripts would need a weaker Content-Security-Policy.
    assetsInlineLimit: 0,
    // The crisis page is painted after four requests: its sheet holds what it shows, not the desk.
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { app: "index.html", help: "help.html" },
      output: {
        codeSplitting: {
          groups: [
            // What the page of help shares with the app stays one file, whoever else uses a part of it.
            {
              name: "base",
              test: /vite\/preload-helper|mentalverse_crisis\/lines|node_modules\/@?preact|src\/(exit|account\/argon2-worker|call\/frame-worker|crisis\/(stage|tap|news|wait)|protocol\/(silence|backoff|shape|desk)|state\/(case-shown|guest-crisis)|i18n\/(words|languages|locales\/en\/help)|ui\/(words|base|tokens|help|shell\/ExitBar|parts\/(Button|Icon)))/,
            },
            // The transport's packages import nothing of ours and change rarely.
            { name: "line", test: /socket\.io|engine\.io/ },
          ],
        },
      },
    },
  },
})
