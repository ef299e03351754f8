import { expect, it } from 'vitest';
import type { Preview } from './frames';
import { isMissed, joined, ofDay, pastOf, pastOfHost, told, type PastPreview } from './past';

const past = (id: number, change: Partial<PastPreview> = {}): PastPreview => ({
  key: `${id}/1`,
  id,
  at: id * 1_000,
  caller: '+49 30 1',
  dn: '7001',
  outcome: 'timedOut',
  seen: false,
  ...change,
});

it('lists of two tabs become one: newest first, each once, seen when one tab has shown it', () => {
  const here = [past(3), past(1)];
  const there = [past(3, { at: 3_005, seen: true }), past(2)];
  expect(joined(here, there)).toEqual([past(3, { seen: true }), past(2), past(1)]);
  expect(joined(there, here)).toEqual(joined(here, there));
});

it('what the host said counts more than that it said nothing', () => {
  const guess = past(1, { outcome: 'unknown' });
  for (const [a, b] of [[guess, past(1)], [past(1), guess]] as const) expect(joined([a], [b])).toEqual([past(1)]);
});

it('a hundred are kept', () => {
  const many = Array.from({ length: 150 }, (_, id) => past(id));
  const kept = joined(many, [past(150)]);
  expect(kept.length).toBe(100);
  expect(kept[0]?.id).toBe(150);
});

it('what was yesterday is gone', () => {
  const noon = new Date(2026, 10, 29, 12).getTime();
  const all = [past(2, { at: noon - 60_000 }), past(1, { at: noon - 13 * 3_600_000 })];
  expect(ofDay(all, noon).map(({ id }) => id)).toEqual([2]);
});

it('a late word of the host replaces that there was none, and no other', () => {
  const all = [past(2, { outcome: 'unknown' }), past(1, { outcome: 'accepted' })];
  expect(told(all, 2, 'timedOut').map(isMissed)).toEqual([true, false]);
  expect(told(all, 1, 'timedOut')).toEqual(all);
});

it('what the host has kept is the same preview as what this page saw', () => {
  const open = { id: 7, deadline: 9_000, caller: '+49 30 1', dn: '7001' } as Preview;
  const seenHere = pastOf(open, 5_002, 'unknown');
  const kept = pastOfHost({ id: 7, at: 5_000, deadline: 9_000, caller: '+49 30 1', dn: '7001', end: 'takenByAnother', seen: true });
  expect(joined([seenHere], [kept])).toEqual([{ ...kept, at: 5_000 }]);
});
