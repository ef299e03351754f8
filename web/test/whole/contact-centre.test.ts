/** A worker's day in a real browser, against the real service and its peers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerPage } from '../page';
import { becomes } from '../stage';
import { ContactCentre } from './contact-centre';
import { desks } from './desk';

const at = desks();
let centre: ContactCentre;
beforeAll(async () => {
  centre = await ContactCentre.start();
});
afterAll(async () => {
  expect(await centre.stop()).toBe(0);
});

const kimAtWork = async (): Promise<WorkerPage> => {
  const kim = await at.open(centre.url);
  await kim.signIn('kim', 'demo-kim');
  await kim.choose('Available');
  await kim.showsState('Available');
  return kim;
};

it('signs in, chooses, is previewed, accepts, talks, holds, takes back, hangs up', async () => {
  const kim = await at.open(centre.url);
  await at.picture(kim, '1-sign-in');
  await kim.signIn('kim', 'demo-kim');
  await kim.showsState('Logged out');
  await kim.choose('Available');
  await kim.showsState('Available');
  await centre.tServer.says(/RequestAgentReady/);
  await kim.channelIs('5001', 'ready');
  await at.picture(kim, '2-available');

  const data = ['CustomerName=Ada Byron', 'Subject=Mortgage offer'];
  const call = await centre.command(`call +493012345 9000 CustomerName=Ada`);
  const asked = centre.previewAndRoute(
    '--agent', '5001', '--dn', '5001', '--conn-id', call,
    '--data', 'ANI=+493012345', 'Notes=Wants the fixed rate', ...data,
  );
  await kim.preview().waitFor();
  for (const shown of ['+493012345', 'Ada Byron', 'Mortgage offer', 'Wants the fixed rate']) {
    await kim.preview().filter({ hasText: shown }).waitFor();
  }
  expect(await kim.secondsLeft()).toBeGreaterThan(20);
  await becomes(async () => (await kim.sound()).playing, 1);
  await at.picture(kim, '3-preview');
  await kim.accept();
  expect(await asked).toEqual({ code: 0, text: 'accepted agent=5001 dn=5001 switch=lab' });
  await kim.previewGone();
  await becomes(async () => (await kim.sound()).playing, 0);

  await kim.callIs('ringing');
  await at.picture(kim, '4-ringing');
  await kim.press('Answer');
  await kim.callIs('established');
  await at.picture(kim, '5-talking');
  await kim.press('Hold');
  await kim.callIs('held');
  await kim.press('Take back');
  await kim.callIs('established');
  await kim.press('Hang up');
  await kim.call().waitFor({ state: 'detached' });
  await expect(centre.command(`parties ${call}`)).rejects.toThrow('no such call');

  await kim.choose('Lunch');
  await kim.showsState('At lunch');
  await kim.choose('Log out');
  await kim.showsState('Logged out');
  await kim.signOut();
});

describe.each(['link', 'http'] as const)('over %s', (over) => {
  const ask = (...more: string[]) => centre.preview(over, '--agent', '5001', '--conn-id', 'ff', ...more);

  it('every outcome has its exit code', async () => {
    expect((await ask()).code).toBe(14);
    const kim = await kimAtWork();
    const accepted = ask();
    await kim.accept();
    expect(await accepted).toEqual({ code: 0, text: 'accepted agent=5001 dn=5001 switch=lab' });
    await kim.previewGone();
    const declined = ask();
    await kim.decline();
    expect(await declined).toEqual({ code: 10, text: 'rejected' });
    expect(await ask('--timeout', '1')).toEqual({ code: 11, text: 'timed-out' });
    await kim.previewGone();
    expect(await ask('--hang-up-after', '1')).toEqual({ code: 13, text: 'caller-gone' });
    await kim.notice('hung up');
    expect((await ask('--dn', '4711')).code).toBe(15);
  });

  it('a broadcast goes to the first who accepts, and the other is told', async () => {
    const kim = await kimAtWork();
    const lee = await at.open(centre.url);
    await lee.signIn('lee', 'demo-lee');
    const asked = centre.preview(over, '--broadcast', '5001^5002^5003', '--conn-id', 'fe');
    await Promise.all([kim.preview().waitFor(), lee.preview().waitFor()]);
    await kim.accept();
    expect((await asked).text).toBe('accepted agent=5001 dn=5001 switch=lab');
    await Promise.all([kim.previewGone(), lee.previewGone()]);
  });
});

it('kill -9 of the T-Server in mid-call: the page says so, and is right again within 5 s of its return', async () => {
  const kim = await kimAtWork();
  const call = await centre.command('call +493012345 5001');
  await kim.callIs('ringing');
  await kim.press('Answer');
  await kim.callIs('established', call);
  await centre.killTServer();
  await becomes(() => kim.stateKind(), 'outOfService');
  await kim.channelIs('5001', 'outOfService');
  await kim.callIs('unknown');
  await becomes(() => kim.call().getByRole('group').getByRole('button').count(), 0);
  await at.picture(kim, '6-t-server-lost');
  await centre.restartTServer();
  // It has forgotten agents and calls: the worker is logged in again as they chose, the call is over.
  await becomes(() => kim.stateKind(), 'ready', 5_000);
  await kim.call().waitFor({ state: 'detached' });
  expect(await centre.command('agent not-ready 5001')).toBe('');
  await becomes(() => kim.stateKind(), 'notReady');
});
