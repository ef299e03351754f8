/** One of our programs as a process: what it says, and its end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const workspace = resolve(import.meta.dirname, '../../..');
/** Where cargo puts what it builds; `UC_TARGET` names another place. */
export const target = process.env.UC_TARGET ?? join(workspace, 'target/debug');

/** A running program; its output is kept. */
export class Program {
  /** What it wrote to its standard output and standard error. */
  output = '';
  readonly ended: Promise<number>;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    const keep = (text: Buffer): void => {
      this.output += text.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.ended = new Promise((done) => child.once('close', (code) => { done(code ?? -1); }));
  }

  static start(name: string, ...args: string[]): Program {
    const file = join(target, name);
    if (!existsSync(file)) throw new Error(`${file} is missing: \`make build\` builds it`);
    return new Program(`${name} ${args[0] ?? ''}`, spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** Runs it to its end: exit code and output. */
  static async run(name: string, ...args: string[]): Promise<{ code: number; text: string }> {
    const program = Program.start(name, ...args);
    const code = await program.ended;
    return { code, text: program.output.trim() };
  }

  /** Waits until it has said this; what the first group of the pattern found. */
  async says(pattern: RegExp, patience = 20_000): Promise<string> {
    const end = Date.now() + patience;
    for (;;) {
      // A line that has come by half could end within a number.
      const found = pattern.exec(this.output.slice(0, this.output.lastIndexOf('\n') + 1));
      if (found !== null) return found[1] ?? found[0];
      if (Date.now() > end || this.child.exitCode !== null) {
        throw new Error(`${this.name} never said ${String(pattern)}; it said:\n${this.output.slice(-4000)}`);
      }
      await new Promise((again) => setTimeout(again, 20));
    }
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    this.child.kill(signal);
    return this.ended;
  }
}
