/** Rules of the modules: what a layer may import and know, and how long a file and a function may get. */
import js from "@eslint/js";
import importX from "eslint-plugin-import-x";
import globals from "globals";

/** From the lowest to the highest: a layer imports itself and those before it. */
const LAYERS = ["core", "engine", "dom", "chart", "widgets", "dash", "pages"];
const zones = LAYERS.slice(0, -1).map((layer, n) => ({ target: `./${layer}`, from: LAYERS.slice(n + 1).map((higher) => `./${higher}`) }));
const MODULES = LAYERS.map((layer) => `${layer}/**/*.js`);

export default [
  { ignores: ["node_modules/"] },
  js.configs.recommended,
  {
    plugins: { "import-x": importX },
    rules: {
      "import-x/no-cycle": "error",
      "import-x/no-unresolved": "error",
      "import-x/named": "error",
      "import-x/namespace": "error",
      "import-x/no-restricted-paths": ["error", { zones, basePath: import.meta.dirname }],
      "no-shadow": ["error", { builtinGlobals: false }],
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      eqeqeq: "error",
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", { max: 60 }],
    },
  },
  { files: MODULES, languageOptions: { globals: globals.browser } },
  // No document, window or network: what is here runs in node as well, and in a worker.
  { files: ["core/**/*.js"], languageOptions: { globals: { ...Object.fromEntries(Object.keys(globals.browser).map((name) => [name, "off"])), setTimeout: "readonly", clearTimeout: "readonly" } } },
  { files: ["**/*.worker.js"], languageOptions: { globals: globals.worker } },
  { files: ["*.js", "**/*.test.js"], languageOptions: { globals: globals.node }, rules: { "max-lines-per-function": "off" } },
];
