// The mutation campaign against the audit in TypeScript: what `isoloir campaign` changes, it refuses by a check that is meant for it; what the
// campaign says to be harmless, it accepts; what it cannot judge, it never calls valid.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { program, root } from './demo.mjs';

const MUTATIONS = process.env.ISOLOIR_MUTATIONS ?? '150';
const web = join(root, 'web');
const folder = mkdtempSync(join(tmpdir(), 'isoloir-campaign-'));
const bundled = join(web, 'node_modules', '.isoloir');
let check;

before(async () => {
  mkdirSync(bundled, { recursive: true });
  const outfile = join(bundled, 'audit.mjs');
  const contents = ['check/audit', 'check/verifier', 'protocol/sodium'].map((file) => `export * from './${file}.ts';`).join('\n');
  await build({
    stdin: { contents, resolveDir: web, loader: 'ts' },
    bundle: true, format: 'esm', platform: 'node', external: ['libsodium-wrappers-sumo'], outfile, logLevel: 'warning',
  });
  check = await import(pathToFileURL(outfile));
  await check.ready();
});
after(() => rmSync(folder, { recursive: true }));

const audit = (bytes) =>
  check.audit({ size: bytes.length, read: async (at, length) => bytes.slice(at, at + length) }, new check.InThread(), () => {});

test('every mutation is met as it must be', async (t) => {
  const made = spawnSync(program('isoloir'), ['campaign', '--mutations', MUTATIONS, '--seed', '11', '--write', folder], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stdout + made.stderr);
  const mutations = JSON.parse(readFileSync(join(folder, 'mutations.json'), 'utf8'));
  assert.equal(mutations.length, Number(MUTATIONS));
  const counts = { refused: 0, harmless: 0, unsupported: 0 };
  const wrong = [];
  for (const { file, family, what, checks } of mutations) {
    const report = await audit(Uint8Array.from(readFileSync(join(folder, `${file}.bel`))));
    const said = report.finding?.check ?? (report.phase === 'complete' ? null : 'result.present');
    if (report.finding?.unsupported) counts.unsupported += 1;
    else if (checks.length === 0 && said === null) counts.harmless += 1;
    else if (checks.includes(said)) counts.refused += 1;
    else wrong.push(`${file}, ${family}: ${what}: ${said ?? 'valid'} (${report.finding?.message ?? ''}), not ${checks.join(' or ') || 'harmless'}`);
  }
  t.diagnostic(`${counts.refused} refused, ${counts.harmless} accepted as they must be, ${counts.unsupported} not judged`);
  assert.deepEqual(wrong, []);
  assert.ok(counts.refused > counts.unsupported, 'most are of elections that this audit judges');
});
