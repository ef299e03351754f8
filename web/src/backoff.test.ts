import { describe, expect, it } from 'vitest';
import { waitBefore } from './backoff';

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
