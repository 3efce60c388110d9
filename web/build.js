/** Makes the bundles that the app serves: `node build.js`; with --check it only tells whether those at hand are as fresh
 * ones would be, byte by byte.
 *
 * They are checked in, so that nobody who runs or installs the app needs Node (docs/decisions/014-front-end-modules.md).
 * bundles.json has the hash of every module of ours that went into them; policy_lab/app/web_bundles.py and hatch_build.py
 * compare it with what stands in web/. Libraries are locked in package-lock.json; --check sees another version of one.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const WEB = dirname(fileURLToPath(import.meta.url));
const ASSETS = join(WEB, "..", "assets");
/** Name of each bundle, as assets/ sees it, and the module it begins with. */
const ENTRIES = {
  "page.bundle": "pages/main.js",
  "bands.worker.bundle": "engine/bands.worker.js",
  "engine.worker.bundle": "engine/engine.worker.js",
  "front.bundle": "pages/front.js",
  policy_lab_components: "dash/index.js",
};
/** Where Dash looks for our components: beside their Python classes. */
const COMPONENTS = "../policy_lab/components/";
/** Style sheets of theirs; the first has the order of the layers. */
const STYLES = ["tokens", "base", "button", "chart", "combobox", "entry", "explore", "field", "headline-cards", "lever-groups", "levers", "outcome-chart", "table"];

/** Files of packages that are served as they are: Latin letters of the page's type, and its licence. */
const TYPE = join(WEB, "node_modules", "@fontsource-variable", "source-sans-3");
const COPIES = { "source-sans-3.woff2": "files/source-sans-3-latin-wght-normal.woff2", "source-sans-3.LICENSE.txt": "LICENSE" };

const TARGET = ["chrome111", "firefox114", "safari16.4"];

const hash = (/** @type {string | Uint8Array} */ text) => createHash("sha256").update(text).digest("hex");

const place = (/** @type {string} */ name) => (name.startsWith("policy_lab_components") ? COMPONENTS + name : name);

/** Styles of the components alone: nothing of the app around them is dressed, and its own rules go before ours. */
async function styles() {
  const [tokens, ...rest] = STYLES.map((name) => readFileSync(join(ASSETS, name + ".css"), "utf8").replaceAll("\r\n", "\n"));
  const whole = `@layer policy-lab {\n${tokens}}\n${rest.map((text) => text.replace(/^@layer (\w+) \{$/m, "@layer policy-lab.$1 {\n@scope (.widget) {") + "}\n").join("")}`;
  return (await transform(whole, { loader: "css", minify: true, target: TARGET, charset: "utf8" })).code;
}

/** Every file to be written, by its path below assets/. */
async function bundled() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: WEB,
    entryPoints: ENTRIES,
    outdir: ASSETS,
    bundle: true,
    format: "iife",
    minify: true,
    target: TARGET,
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    write: false,
  });
  const inputs = Object.keys(metafile.inputs).filter((name) => !name.startsWith("node_modules/")).sort().map((name) => [name, hash(readFileSync(join(WEB, name), "utf8").replaceAll("\r\n", "\n"))]);
  const made = new Map(outputFiles.map(({ path, text }) => [place(path.slice(ASSETS.length + 1)), text]));
  made.set(place("policy_lab_components.css"), await styles());
  const outputs = [...made].sort().map(([name, text]) => [name, hash(text)]);
  const manifest = { inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs) };
  return made.set("bundles.json", JSON.stringify(manifest, null, 1) + "\n");
}

const made = await bundled();
const old = (/** @type {string} */ name) => {
  try {
    return readFileSync(join(ASSETS, name), "utf8");
  } catch {
    return "";
  }
};
/** @type {Map<string, string | Uint8Array>} */
const copies = new Map(Object.entries(COPIES).map(([name, from]) => [name, readFileSync(join(TYPE, from))]));
const same = (/** @type {string} */ name, /** @type {string | Uint8Array} */ whole) =>
  (typeof whole === "string" ? old(name) === whole : existsSync(join(ASSETS, name)) && readFileSync(join(ASSETS, name)).equals(whole));
const changed = [...made, ...copies].filter(([name, whole]) => !same(name, whole));
if (process.argv.includes("--check")) {
  for (const [name] of changed) console.error(`assets/${name} is not what web/ makes today: run "make web" and commit it.`);
  process.exitCode = changed.length ? 1 : 0;
} else {
  for (const [name, whole] of changed) writeFileSync(join(ASSETS, name), whole);
  console.log(changed.length ? `Written: ${changed.map(([name]) => name).join(", ")}` : "All bundles are as they should be.");
}
