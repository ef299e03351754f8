import { describe, expect, it } from 'vitest';
import type { ServerFrame } from './frames';
import { aheadOf } from './host-time';

/** What the clocks are apart by. */
const APART = 1_000_000;

const offer = (at: number, length: number): ServerFrame => ({ type: 'previewOffer', deadline: at + APART + length, length }) as ServerFrame;
const snapshot = (at: number, ...previews: unknown[]): ServerFrame => ({ type: 'snapshot', serverTime: at + APART, previews }) as unknown as ServerFrame;

describe('the host’s clock', () => {
  it('is that of the first snapshot, whatever was known of another connection', () => {
    expect(aheadOf(-Infinity, snapshot(100), 100)).toBe(APART);
  });

  it('is set right by a preview where the snapshot was late', () => {
    const late = aheadOf(-Infinity, snapshot(0), 5_000);
    expect(late).toBe(APART - 5_000);
    expect(aheadOf(late, offer(6_000, 8_000), 6_000)).toBe(APART);
    expect(aheadOf(-Infinity, snapshot(0, offer(4_000, 8_000)), 5_000)).toBe(APART - 1_000);
  });

  it('is hardly moved by a snapshot that is late, and follows one that is not', () => {
    const known = aheadOf(-Infinity, snapshot(0), 0);
    expect(known - aheadOf(known, snapshot(1_000), 5_000)).toBeLessThan(100);
    expect(aheadOf(APART - 5_000, snapshot(6_000), 6_000)).toBe(APART);
  });

  it('drifts, and is set back with the host’s', () => {
    let known = APART + 400;
    for (let at = 0; at < 10; at += 1) known = aheadOf(known, snapshot(at), at);
    expect(known).toBe(APART);
    expect(aheadOf(APART + 3_600_000, snapshot(0), 0)).toBe(APART);
  });

  it('is not that of frames that tell no time', () => {
    expect(aheadOf(APART, { type: 'alive' }, 0)).toBe(APART);
  });
});
