/** `make demo`: the worker's page and the lab's page side by side, on free ports. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { desks } from './desk';
import { Program, target, workspace } from './program';

const at = desks();
const folder = mkdtempSync(join(tmpdir(), 'uc-demo-'));
let demo: Program;

beforeAll(async () => {
  const [tServer, link, web, admin] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const ports: [string, number][] = [['7100', tServer], ['7200', link], ['8080', web]];
  let config = readFileSync(join(workspace, 'config/lab.toml'), 'utf8');
  for (const [usual, free] of ports) config = config.replace(`127.0.0.1:${usual}`, `127.0.0.1:${free}`);
  config = config.replace('../target/debug', target).replace('"directory.toml"', `"${workspace}/config/directory.toml"`);
  config = config.replace('"presence.xml"', `"${workspace}/config/presence.xml"`);
  writeFileSync(join(folder, 'lab.toml'), `${config}\n[admin]\nlisten = "127.0.0.1:${admin}"\n`);
  demo = Program.start('lab', 'demo', '--config', join(folder, 'lab.toml'), '--listen', '127.0.0.1:0');
});
afterAll(async () => {
  expect(await demo.end()).toBe(0);
  rmSync(folder, { recursive: true });
});

it('a customer calls on the lab’s page, a worker takes the call on theirs', async () => {
  const kim = await at.open(await demo.says(/Worker's page\s+(\S+)/));
  await kim.signIn('kim', 'demo-kim');
  await kim.choose('Available');
  await kim.showsState('Available');

  const customer = await at.open(await demo.says(/Be a customer\s+(\S+)/));
  await customer.page.getByText('live').waitFor();
  await customer.page.getByLabel('preview with one worker').check();
  await customer.page.getByRole('group', { name: 'Whom' }).getByLabel('Kim Example').check();
  await customer.page.getByRole('button', { name: 'Call', exact: true }).click();
  await kim.preview().waitFor();
  await kim.preview().filter({ hasText: 'Ada Byron' }).waitFor();
  await at.picture(kim, 'demo-1-preview');
  await kim.accept();
  await kim.callIs('ringing');
  await kim.press('Answer');
  await kim.callIs('established');
  await at.picture(kim, 'demo-2-talking');
  await customer.page.getByText(/5001 talks/).waitFor();
  await at.picture(customer, 'demo-3-lab');
  await customer.page.getByRole('button', { name: 'Hang up' }).click();
  await kim.call().waitFor({ state: 'detached' });
});

/** A port that was free a moment ago. */
const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => { done(port); });
    });
  });
