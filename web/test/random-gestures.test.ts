/**
 * Hundreds of random gestures against three open previews and a call, from a seed: whatever the hand does, only what it
 * aimed at goes out, and each end is shown once. `make gestures` makes ten thousand; `UC_SEED` is another hand.
 */

import type { CallButton, CallState } from '../src/frames';
import { expect, it } from 'vitest';
import { watchAim } from './aim';
import { call, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { stage } from './stage';

const GESTURES = Number(process.env.UC_GESTURES ?? 600);
const SEED = Number(process.env.UC_SEED ?? 1);
const on = stage();
/** The page's clock runs ahead of the host's. */
const DAY_MS = 86_400_000;

/** Mulberry32: the same numbers from the same seed, everywhere. */
function dice(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, one: <T>(all: readonly T[]): T => all[below(all.length)] as T };
}

type Dice = ReturnType<typeof dice>;
const steps: readonly [CallState, readonly CallButton[]][] = [
  ['ringing', ['answer']],
  ['established', ['hold', 'transfer', 'release']],
  ['held', ['retrieve', 'release']],
];
let offered = 0;
/** Open previews at once: for a while there is one or none, whose end gives the focus back to the call. */
let wanted = 3;

/** What the contact centre does meanwhile. */
function host(random: Dice): void {
  const move = random.below(12);
  const open = on.host.picture.previews;
  if (move < 2 && open.length > 0) on.host.tell({ type: 'previewEnd', id: random.one(open).id, end: random.one(['cancelled', 'callerGone', 'takenByAnother'] as const), text: '' });
  else if (move < 4) {
    const [state, buttons] = random.one(steps);
    on.host.tell({ type: 'call', ...call({ state, buttons: [...buttons] }) });
  } else if (move === 4) on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' });
  else if (move === 5) on.host.drop();
  else if (move === 6) on.host.tell({ type: 'problem', code: random.one(['call-refused', 'preview-late']), why: 'call-refused', words: 'The switch refused it.' });
  else if (move === 7) wanted = random.one([0, 1, 3, 3]);
  while (on.host.picture.previews.length < wanted) {
    offered += 1;
    on.host.tell({ type: 'previewOffer', ...preview({ id: offered, caller: `Caller-${offered}`, connId: `${offered}`.padStart(16, '0'), length: DAY_MS }) });
  }
}

/** Time passes on the page: mostly less than a hand needs, now and then enough for one that aims. */
const passes = (kim: WorkerPage, random: Dice) => kim.page.clock.runFor(random.one([1, 20, 80, 200, 300, 450, 600, 700]));

async function gesture(kim: WorkerPage, random: Dice): Promise<void> {
  const { keyboard, mouse } = kim.page;
  const kind = random.below(14);
  if (kind < 7) {
    const controls = kim.page.locator('.action, .notice button, [data-preview], #state');
    const control = controls.nth(random.below(Math.max(1, await controls.count())));
    const box = await control.boundingBox({ timeout: 200 }).catch(() => null);
    if (box === null) return;
    await mouse.move(box.x + box.width / 2, box.y + Math.min(box.height / 2, 30));
    // What happens between a look and a press is what this is about.
    if (random.below(3) === 0) host(random);
    if (random.below(2) === 0) await passes(kim, random);
    await (random.below(5) === 0 ? mouse.dblclick(box.x + box.width / 2, box.y + Math.min(box.height / 2, 30)) : mouse.click(box.x + box.width / 2, box.y + Math.min(box.height / 2, 30)));
  } else if (kind < 12) {
    const key = random.one(['Alt+a', 'Alt+d', 'Alt+p', 'Alt+m', 'Tab', 'Shift+Tab', 'Enter', 'Space', 'Escape']);
    const times = random.below(4) === 0 ? 4 : 1;
    const plain = key.split('+').at(-1) ?? '';
    const alone = plain === key;
    if (!alone) await keyboard.down(key.split('+')[0] ?? '');
    for (let count = 0; count < times; count++) await keyboard.down(plain);
    await keyboard.up(plain);
    if (!alone) await keyboard.up(key.split('+')[0] ?? '');
  } else if (kind === 12) await mouse.wheel(0, random.one([-200, 200]));
  else await kim.page.setViewportSize({ width: random.one([360, 800, 1280]), height: random.one([500, 720]) });
}

async function opened(before?: WorkerPage): Promise<WorkerPage> {
  const kim = before === undefined ? await on.stranger() : await on.tabOf(before);
  await kim.page.addInitScript(watchAim);
  await kim.page.clock.install();
  await kim.page.reload();
  if (before === undefined) await kim.enter('kim', 'right');
  return kim;
}

it(`${GESTURES} random gestures do only what was aimed at, and each end is shown once`, async () => {
  const random = dice(SEED);
  const sum = { actions: 0, ends: 0, wrong: [] as string[] };
  const judged = async (page: WorkerPage): Promise<void> => {
    await page.page.clock.runFor(1_000);
    const { actions, ends, wrong } = await page.page.evaluate(() => window.judgement());
    sum.actions += actions;
    sum.ends += ends;
    sum.wrong.push(...wrong);
  };
  let kim = await opened();
  for (let count = 0; count < GESTURES && sum.wrong.length === 0; count++) {
    if (random.below(3) === 0) host(random);
    await passes(kim, random);
    await gesture(kim, random);
    // Tab and Enter lead to every button.
    if (!on.host.signedIn) await kim.enter('kim', 'right');
    if (count % 250 === 249) {
      // A tab is opened beside this one, which is closed.
      const next = await opened(kim);
      await judged(kim);
      await kim.page.close();
      kim = next;
    }
  }
  await judged(kim);
  expect(sum.wrong).toEqual([]);
  expect(sum.actions).toBeGreaterThan(GESTURES / 200);
  console.warn(`seed ${SEED}: ${GESTURES} gestures, ${sum.actions} actions, ${sum.ends} ends shown`);
}, 60_000 + GESTURES * 400);
