/** `make demo` in each mode: the worker's page and the lab's page side by side, on free ports. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { WorkerPage } from '../page';
import { desks } from './desk';
import { Program, target, workspace } from './program';

type Mode = 'standalone' | 'normal' | 'propagation' | 'connector';

const at = desks();
let demo: { program: Program; folder: string } | undefined;

afterEach(async () => {
  if (demo === undefined) return;
  expect(await demo.program.end()).toBe(0);
  rmSync(demo.folder, { recursive: true });
  demo = undefined;
});

/** Starts the demo in this mode; its lab page. */
async function start(mode: Mode): Promise<{ lab: WorkerPage; program: Program }> {
  const folder = mkdtempSync(join(tmpdir(), 'uc-demo-'));
  let config = readFileSync(join(workspace, `config/lab/${mode}.toml`), 'utf8');
  for (const usual of [5060, 7100, 7200, 8080, 8081]) config = config.replaceAll(`127.0.0.1:${usual}`, `127.0.0.1:${await freePort()}`);
  if (!config.includes('[admin]')) config += `\n[admin]\nlisten = "127.0.0.1:${await freePort()}"\n`;
  config = config.replace('../../target/debug', target).replace('../../target/lab-state', join(folder, 'state'));
  for (const file of ['directory.toml', 'presence.xml']) config = config.replace(`"../${file}"`, `"${workspace}/config/${file}"`);
  writeFileSync(join(folder, 'lab.toml'), config);
  const program = Program.start('lab', 'demo', '--config', join(folder, 'lab.toml'), '--listen', '127.0.0.1:0');
  demo = { program, folder };
  const lab = await at.open(await program.says(/Be a customer\s+(\S+)/));
  await lab.page.getByText('live').waitFor();
  return { lab, program };
}

/** Kim at the worker's page. */
async function kimSignsIn(program: Program): Promise<WorkerPage> {
  const kim = await at.open(await program.says(/Worker's page\s+(\S+)/));
  await kim.signIn('kim', 'demo-kim');
  return kim;
}

const onPlatform = (lab: WorkerPage, choice: string) => lab.page.getByLabel('Kim Example on the UC platform').selectOption(choice);
const atDesktop = (lab: WorkerPage, deed: string) => lab.page.getByLabel('Kim Example at another desktop').selectOption(deed);
const calls = (lab: WorkerPage) => lab.page.getByRole('button', { name: 'Call', exact: true }).click();
const agentIs = (lab: WorkerPage, state: 'Ready' | 'NotReady') => lab.page.locator(`#dns tr.${state}`, { hasText: 'Kim Example' }).waitFor();
const isSeen = (lab: WorkerPage, text: string) => lab.page.locator('#people tr', { hasText: 'Kim Example' }).locator('td:nth-child(2)', { hasText: text }).waitFor();

/** Kim takes the call that waits for them, and is through with it. */
async function takesTheCall(lab: WorkerPage, kim: WorkerPage): Promise<void> {
  await kim.preview().filter({ hasText: 'Ada Byron' }).waitFor();
  await kim.accept();
  await kim.callIs('ringing');
  await kim.press('Answer');
  await kim.callIs('established');
  await lab.page.getByText(/5001 talks/).waitFor();
  await lab.page.getByRole('button', { name: 'Hang up' }).click();
  await kim.call().waitFor({ state: 'detached' });
}

describe('the demo', () => {
  it('standalone: a call waits for somebody who is ready, and the worker takes it on their page', async () => {
    const { lab, program } = await start('standalone');
    await calls(lab);
    await lab.page.getByText(/nobody of Kim Example is ready/).waitFor();
    const kim = await kimSignsIn(program);
    await kim.choose('Available');
    await kim.showsState('Available');
    await kim.preview().waitFor();
    await at.picture(kim, 'demo-standalone-preview');
    await takesTheCall(lab, kim);
    await at.picture(lab, 'demo-standalone-lab');
  });

  it('normal: what Kim chooses on the platform is the agent’s state, and calls wait for it', async () => {
    const { lab, program } = await start('normal');
    const kim = await kimSignsIn(program);
    await onPlatform(lab, 'Busy');
    await agentIs(lab, 'NotReady');
    await calls(lab);
    await lab.page.getByText(/nobody of Kim Example is ready/).waitFor();
    await onPlatform(lab, 'Available');
    await agentIs(lab, 'Ready');
    await takesTheCall(lab, kim);
    await at.picture(lab, 'demo-normal-lab');
  });

  it('propagation: After Call Work is seen by colleagues, and Kim’s own choice ends it', async () => {
    const { lab, program } = await start('propagation');
    const kim = await kimSignsIn(program);
    await onPlatform(lab, 'Available');
    await agentIs(lab, 'Ready');
    await calls(lab);
    await takesTheCall(lab, kim);
    await isSeen(lab, 'After call work');
    await at.picture(lab, 'demo-propagation-lab');
    await onPlatform(lab, 'Do not disturb');
    await isSeen(lab, 'Do not disturb');
    await agentIs(lab, 'NotReady');
  });

  it('connector: what the agent does is seen on the platform, and nobody is asked', async () => {
    const { lab } = await start('connector');
    await onPlatform(lab, 'Available');
    await isSeen(lab, 'Available');
    await atDesktop(lab, 'Ready');
    await agentIs(lab, 'Ready');
    expect(await lab.page.getByLabel('preview with one worker').isDisabled()).toBe(true);
    await calls(lab);
    await lab.page.getByRole('button', { name: 'Answer' }).click();
    await isSeen(lab, 'Busy');
    await lab.page.getByRole('button', { name: 'Hang up' }).click();
    await isSeen(lab, 'After call work');
    await at.picture(lab, 'demo-connector-lab');
  });
});

/** A port that was free a moment ago. */
const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => { done(port); });
    });
  });
