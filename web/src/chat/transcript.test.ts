import { describe, expect, it } from 'vitest';
import type { ChatEntry } from './frames';
import { joined, lacking, shortened, type Transcript } from './transcript';

const entry = (revision: number, order = revision): ChatEntry => ({ order, revision, time: 0, party: '7050', own: false, kind: 'line', text: `line ${order}` });
const frame = (after: number, entries: ChatEntry[], since = 1) => ({ connId: 'c', dn: '7001', since, after, upTo: entries.at(-1)?.revision ?? after, entries });
const orders = ({ entries }: Transcript) => entries.map((one) => one.order);

describe('a transcript', () => {
  it('has every entry once, in the order of the chat', () => {
    let have = joined(undefined, frame(0, [entry(1, 1), entry(2, 3)]));
    have = joined(have, frame(2, [entry(3, 2), entry(4, 4)]));
    have = joined(have, frame(0, [entry(1, 1), entry(2, 3), entry(3, 2)]));
    expect(orders(have)).toEqual([1, 2, 3, 4]);
  });

  it('takes nothing that leaves a gap, and says what is lacking', () => {
    const have = joined(joined(undefined, frame(0, [entry(1)])), frame(4, [entry(5)]));
    expect(orders(have)).toEqual([1]);
    expect(lacking(have, { since: 1, revision: 5 })).toBe(1);
    expect(lacking(joined(have, frame(1, [2, 3, 4, 5].map((at) => entry(at)))), { since: 1, revision: 5 })).toBeUndefined();
  });

  it('begins anew with a chat that began anew', () => {
    const have = joined(joined(undefined, frame(0, [entry(1), entry(2)])), frame(0, [entry(1)], 2));
    expect(orders(have)).toEqual([1]);
    expect(lacking(have, { since: 3, revision: 1 })).toBe(0);
  });

  it('loses the oldest with the host', () => {
    const have = joined(undefined, frame(0, [1, 2, 3].map((at) => entry(at))));
    expect(orders(shortened(have, { dropped: 2, revision: 3 }))).toEqual([3]);
    expect(orders(shortened(have, { dropped: 3, revision: 3 }))).toEqual([]);
  });
});
