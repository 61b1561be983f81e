// Builds the booth, the audit of a whole box, the board's pages and what ordinary pages gain from a script into dist/, with a manifest of their integrity hashes, for the
// portal to embed.
// A worker goes first: its hash is written into the page's script, which checks it before starting it.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const OUT = new URL("dist/", import.meta.url);
const common = {
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: ["es2022", "chrome111", "firefox115", "safari16.4"],
  legalComments: "inline",
  charset: "utf8",
  absWorkingDir: new URL(".", import.meta.url).pathname,
  logLevel: "warning",
};

const integrity = (name) => `sha384-${createHash("sha384").update(readFileSync(new URL(name, OUT))).digest("base64")}`;

mkdirSync(OUT, { recursive: true });
/** A page's script and its worker. */
for (const [page, worker] of [["booth/booth.ts", "booth/worker.ts"], ["check/check.ts", "check/worker.ts"], ["board/board.ts", "board/worker.ts"]]) {
  const name = page.split("/")[0];
  await build({ ...common, entryPoints: [worker], outfile: `dist/${name}-worker.js` });
  const define = { WORKER_INTEGRITY: JSON.stringify(integrity(`${name}-worker.js`)) };
  await build({ ...common, entryPoints: [page], outfile: `dist/${name}.js`, define });
}
await build({ ...common, entryPoints: ["portal/portal.ts"], outfile: "dist/portal.js" });
await build({ ...common, entryPoints: ["registrar/registrar.ts"], outfile: "dist/registrar.js" });

const files = ["booth.js", "booth-worker.js", "check.js", "check-worker.js", "board.js", "board-worker.js", "portal.js", "registrar.js"].map((file) => ({
  file,
  bytes: readFileSync(new URL(file, OUT)).length,
  integrity: integrity(file),
}));
const made = new Set(["manifest.json", ...files.map(({ file }) => file)]);
for (const name of readdirSync(OUT)) if (!made.has(name)) rmSync(new URL(name, OUT), { recursive: true });
writeFileSync(new URL("manifest.json", OUT), `${JSON.stringify({ files }, null, 2)}\n`);
for (const { file, bytes } of files) console.log(`${file}  ${bytes} bytes`);
