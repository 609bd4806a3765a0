// What the compiler does not check: what never stands in a page that people trust with
// their words. Which folder may know which is in `scripts/check-floors.mjs`.

import tseslint from "typescript-eslint"

const BELOW_STATE = ["protocol", "e2ee", "store", "account", "log", "chat", "call", "crisis"]

export default tseslint.config(
  { ignores: ["dist", "build", "node_modules", "src/protocol/events.ts"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
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
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: ["test", "suite"] }] },
      ],
    },
  },
  {
    files: [...BELOW_STATE, "state"].map((folder) => `src/${folder}/**`),
    rules: {
      "no-restricted-globals": [
        "error",
        ...["document", "localStorage"].map((name) => ({ name, message: "Only `ui` and `exit` touch the page." })),
      ],
    },
  },
  { files: ["test/**"], rules: { "@typescript-eslint/require-await": "off", "max-lines": "off" } },
  { files: ["**/*.js", "**/*.mjs"], ...tseslint.configs.disableTypeChecked },
)
