import { expect, it } from 'vitest';
import { duration } from './duration';

it.each([
  [-5, '00:00'],
  [59_999, '00:59'],
  [61_000, '01:01'],
  [3_600_000, '1:00:00'],
  [90_061_000, '25:01:01'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
