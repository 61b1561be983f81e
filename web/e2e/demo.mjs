// Starts `isoloir demo` in a fresh folder and knows what a visitor knows: what it printed.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
export const program = (name) => join(target, 'debug', name);

/**
 * Three neighbouring free ports: the portal's, the registrar's, and that of the stand-in for FranceConnect. Below those that the system gives to
 * outgoing connections, and begun elsewhere in each process: of two test files at work, neither takes what the other has just found free.
 */
export async function freePorts() {
  for (let port = 20000 + (process.pid % 4000) * 3; ; port += 3) {
    if ((await isFree(port)) && (await isFree(port + 1)) && (await isFree(port + 2))) return port;
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .once('listening', () => server.close(() => resolve(true)))
      .listen(port, '127.0.0.1');
  });
}

export class Demo {
  /** `port` where somebody must know it beforehand; `options` are further arguments of `isoloir demo`. */
  static async start({ port, options = [] } = {}) {
    const demo = new Demo();
    demo.port = port ?? (await freePorts());
    demo.base = `http://127.0.0.1:${demo.port}`;
    demo.folder = mkdtempSync(join(tmpdir(), 'isoloir-e2e-'));
    demo.data = join(demo.folder, 'data');
    demo.printed = '';
    demo.process = spawn(program('isoloir'), ['demo', '--port', String(demo.port), '--data', demo.data, ...options], { cwd: root });
    for (const stream of [demo.process.stdout, demo.process.stderr]) stream.on('data', (text) => (demo.printed += text));
    const ended = new Promise((_, fail) =>
      demo.process.once('exit', (code) => fail(new Error(`isoloir demo ended with ${code}:\n${demo.printed}`))),
    );
    ended.catch(() => {});
    await Promise.race([demo.#ready(), ended]);
    return demo;
  }

  async #ready() {
    for (let tries = 0; tries < 1800; tries += 1) {
      try {
        if ((await fetch(`${this.base}/healthz`)).ok && this.accounts().length > 0) return;
      } catch {
        // Not listening yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`the demonstration did not answer within six minutes:\n${this.printed}`);
  }

  /** The sample accounts, as printed: e-mail, password, voting code. */
  accounts() {
    return [...this.printed.matchAll(/(\S+@\S+) +(\S+) +([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})/g)].map(([, email, password, code]) => ({ email, password, code }));
  }

  /** The sample members of the staff, as printed: role, e-mail, password, secret of the second factor. */
  staff() {
    return [...this.printed.matchAll(/^ +staff +(\S+) +(\S+@\S+) +(\S+) +([A-Z2-7]{16,})/gm)].map(([, role, email, password, secret]) => ({ role, email, password, secret }));
  }

  /** The printed commands that close and count, as arguments of `isoloir`. */
  commands() {
    return [...this.printed.matchAll(/^\s*\S*isoloir ((?:close|count) .+)$/gm)].map(([, line]) => line.trim().split(/\s+/));
  }

  /** Stops the demonstration and serves its two servers without it, the portal with another configuration: `change` rewrites the text of server.toml. */
  async serveWith(change) {
    this.process.removeAllListeners('exit');
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
    const file = join(this.data, 'server.toml');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    this.process = spawn(program('isoloir'), ['serve', '--config', file], { cwd: root });
    this.registrar = spawn(program('isoloir'), ['registrar', 'serve', '--config', join(this.data, 'registrar.toml')], { cwd: root });
    for (const { stdout, stderr } of [this.process, this.registrar]) for (const stream of [stdout, stderr]) stream.on('data', (text) => (this.printed += text));
    await this.#ready();
  }

  /** Runs one of our programs to its end. */
  run(name, args) {
    const result = spawnSync(program(name), args, { cwd: root, encoding: 'utf8' });
    return { status: result.status, output: `${result.stdout}${result.stderr}` };
  }

  stop() {
    this.process.removeAllListeners('exit');
    this.process.kill('SIGTERM');
    this.registrar?.kill('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
