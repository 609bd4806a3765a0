import { defineConfig } from "vite"

// Every screen in every state from fixed values: for tests and eyes, never part of `dist`.
export default defineConfig({
  root: "test/gallery",
  base: "/",
  resolve: { dedupe: ["preact"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2023",
    outDir: "../../build/gallery",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
