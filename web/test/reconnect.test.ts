import { expect, it } from 'vitest';
import { call, preview } from './mock-host.mjs';
import { becomes, heard, stage } from './stage';

const on = stage();

it('says that it lost the host, claims nothing meanwhile, and rebuilds itself from one snapshot', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call() });
  on.host.tell({ type: 'previewOffer', ...preview() });
  await kim.preview().waitFor();
  on.host.down = true;
  on.host.drop();
  await becomes(() => kim.stateKind(), 'unknown');
  await kim.callIs('unknown');
  await kim.channelIs('7001', 'unknown');
  for (const [card, button] of [[kim.preview(), 'Accept'], [kim.call(), 'Hold']] as const) {
    await becomes(() => card.getByRole('button', { name: button }).getAttribute('aria-disabled'), 'true');
  }
  await becomes(async () => (await kim.sound()).playing, 0);
  await kim.saysLost();

  on.host.picture.previews = [];
  on.host.picture.calls = [call({ connId: '00000000000000ff', state: 'held' })];
  on.host.down = false;
  await kim.settled();
  await kim.previewGone();
  await kim.callIs('held', '00000000000000ff');
  await becomes(() => kim.page.locator('[data-call]').count(), 1);
  await kim.page.locator('[data-banner=lost]').waitFor({ state: 'detached' });
});

it('says nothing of a loss that mends itself quickly', async () => {
  const kim = await on.worker();
  on.host.drop();
  await becomes(() => kim.stateKind(), 'unknown');
  await kim.settled();
  expect(await kim.page.locator('[data-banner]').count()).toBe(0);
});

it('says that another node takes over, and comes back when it was asked to', async () => {
  const kim = await on.worker();
  // The wait would have grown meanwhile.
  on.host.down = true;
  on.host.drop();
  await kim.saysLost();
  await kim.page.waitForTimeout(4_000);
  on.host.takeover = 1;
  const banner = kim.page.locator('[data-banner=lost]').filter({ hasText: 'another server' });
  await banner.waitFor({ timeout: 20_000 });
  await becomes(() => kim.stateKind(), 'unknown');
  on.host.down = false;
  on.host.takeover = 0;
  await kim.page.locator('#state[data-kind=ready]').waitFor({ timeout: 2_500 });
  await banner.waitFor({ state: 'detached' });
});

it('opens no sockets at a node that stands by, and one as soon as it serves', async () => {
  const kim = await on.worker();
  on.host.takeover = 0.2;
  on.host.drop();
  await kim.page.locator('[data-banner=lost]').filter({ hasText: 'another server' }).waitFor();
  await kim.page.waitForTimeout(2_000);
  expect(on.host.turnedAway).toBe(0);
  on.host.takeover = 0;
  await kim.settled();
});

it('says the same where a node serves and none works for the worker, and opens no more sockets than the first', async () => {
  const kim = await on.worker();
  on.host.undriven = 0.2;
  on.host.drop();
  await kim.page.locator('[data-banner=lost]').filter({ hasText: 'another server' }).waitFor();
  await kim.page.waitForTimeout(2_000);
  expect(on.host.turnedAway).toBe(1);
  on.host.undriven = 0;
  await kim.settled();
});

it('says so to who opens the page during a takeover', async () => {
  const kim = await on.worker();
  on.host.takeover = 1;
  await kim.page.reload();
  await kim.page.locator('[data-banner=lost]').filter({ hasText: 'another server' }).waitFor();
  on.host.takeover = 0;
  await kim.settled();
});

it('knows its session also where the page was opened during a takeover', async () => {
  const kim = await on.worker();
  on.host.helpUrl = 'https://help.example/';
  on.host.takeover = 1;
  await kim.page.reload();
  await kim.saysLost();
  on.host.takeover = 0;
  await kim.settled();
  await kim.page.getByRole('link', { name: 'Help' }).first().waitFor();
  await kim.signOut();
});

it('sends an answer again that the host may not have heard', async () => {
  const kim = await on.worker();
  on.host.deaf = true;
  on.host.tell({ type: 'previewOffer', ...preview() });
  await kim.accept();
  await kim.preview().getByRole('button', { name: 'Accepting' }).waitFor();
  on.host.received = [];
  on.host.deaf = false;
  on.host.drop();
  await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
  await kim.previewGone();
});

it('shows the sign-in page when the session is gone', async () => {
  const kim = await on.worker();
  on.host.forgetSessions();
  on.host.drop();
  await kim.page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

it('asks to be loaded again when it cannot read the host', async () => {
  const kim = await on.worker();
  on.host.raw('{"type":"previewEnd","id":17,"end":"evaporated","text":""}');
  await kim.page.locator('[data-banner=outdated]').getByRole('button', { name: 'Load again' }).click();
  await kim.settled();
});

it('leaves a host within seconds that says by itself that it lives, and then no more', async () => {
  on.host.picture = { ...on.host.picture, aliveSeconds: 2 };
  const kim = await on.worker();
  for (let time = 0; time < 4; time += 1) {
    await kim.page.waitForTimeout(1_500);
    on.host.tell({ type: 'alive' });
  }
  expect(await kim.stateKind()).toBe('ready');
  on.host.halfOpen = true;
  await kim.page.locator('#state[data-kind=unknown]').waitFor({ timeout: 6_000 });
  on.host.halfOpen = false;
  await kim.settled();
});
