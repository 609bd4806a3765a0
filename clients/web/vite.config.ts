import { defineConfig } from "vite"

// Two documents: the crisis entry must stay small whatever is added to the rest.
export default defineConfig({
  base: "/",
  resolve: { dedupe: ["preact"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: {
    proxy: { "/api": "http://localhost:8080", "/socket.io": { target: "http://localhost:8080", ws: true } },
  },
  build: {
    target: "es2023",
    manifest: true,
    // Inline data and scripts would need a weaker Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: { app: "index.html", help: "help.html" } },
  },
})
