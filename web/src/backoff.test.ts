import { describe, expect, it } from 'vitest';
import { waitAsAsked, waitBefore } from './backoff';

describe('the wait before a new attempt', () => {
  it('doubles and stays within its bounds', () => {
    expect([0, 1, 2, 10, 1e6].map((attempt) => waitBefore(attempt, () => 1))).toEqual([500, 1000, 2000, 15_000, 15_000]);
    expect(waitBefore(5, () => 0)).toBe(100);
  });

  it('is spread over the whole interval', () => {
    const waits = Array.from({ length: 200 }, () => waitBefore(4));
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(3000);
  });
});

it('waits as long as the host asks and no page exactly as long, but never for ever', () => {
  expect([0, 0.5, 1].map((random) => waitAsAsked(2, () => random))).toEqual([2000, 3000, 4000]);
  expect(waitAsAsked(1e9, () => 0)).toBe(30_000);
});
