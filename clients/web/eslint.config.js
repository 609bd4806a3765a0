// What the compiler does not check: which folder may know which, and what never stands
// in a page that people trust with their words.

import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript"
import { importX } from "eslint-plugin-import-x"
import tseslint from "typescript-eslint"

/** From the ground up. A folder may import those before it, not those after it. */
const FLOORS = [
  ["exit", "i18n"],
  ["protocol", "e2ee", "store"],
  ["chat", "account", "call", "crisis"],
  ["state"],
  ["ui"],
]

const zones = FLOORS.flatMap((floor, level) => {
  return floor.map((folder) => ({
    target: `./src/${folder}`,
    from: [
      // Folders of one floor do not know each other; `state` brings them together.
      ...floor.filter((other) => other !== folder),
      ...FLOORS.slice(level + 1).flat(),
    ].map((other) => `./src/${other}`),
  }))
}).filter((zone) => zone.from.length > 0)

export default tseslint.config(
  { ignores: ["dist", "build", "node_modules", "src/protocol/events.ts"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "import-x/no-cycle": ["error", { ignoreExternal: true }],
      "max-lines": ["error", 300],
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "JSXAttribute[name.name='dangerouslySetInnerHTML'], MemberExpression[property.name=/^(inner|outer)HTML$/]",
          message: "What people write is text, never markup.",
        },
        { selector: "JSXAttribute[name.name='style']", message: "Inline styles are refused by the page's policy." },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
  {
    files: FLOORS.slice(1, 4)
      .flat()
      .map((folder) => `src/${folder}/**`),
    rules: {
      "no-restricted-globals": [
        "error",
        ...["document", "localStorage"].map((name) => ({ name, message: "Only `ui` and `exit` touch the page." })),
      ],
      "no-restricted-imports": ["error", { patterns: ["preact", "preact/*"] }],
    },
  },
  {
    files: FLOORS.slice(0, 3)
      .flat()
      .map((folder) => `src/${folder}/**`),
    rules: { "no-restricted-imports": ["error", { patterns: ["preact", "preact/*", "@preact/*"] }] },
  },
  { files: ["**/*.js", "**/*.mjs"], ...tseslint.configs.disableTypeChecked },
)
