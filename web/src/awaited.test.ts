import { expect, it } from 'vitest';
import { QUIET_MS, silence } from './awaited';

it('waits for two signs of life, and long where the host sends none', () => {
  expect([silence(4), silence(0), silence(undefined)]).toEqual([8_000, QUIET_MS, QUIET_MS]);
});
