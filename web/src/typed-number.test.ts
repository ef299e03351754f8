import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isAlike, isNumber, readNumber } from './typed-number';

const rows = JSON.parse(readFileSync(new URL('../../host/src/agent_link/typed_numbers.json', import.meta.url), 'utf8')) as [string, string | null][];

it.each(rows)('%j is read as the host reads it: %j', (text, read) => {
  expect(readNumber(text)).toBe(read);
  expect(isNumber(text)).toBe(read !== null && read !== '' && read !== '+');
});

it('every digit of Unicode has its value', () => {
  const digits = Array.from({ length: 0x20000 }, (_, code) => String.fromCodePoint(code)).filter((letter) => /^\p{Nd}$/u.test(letter));
  expect(digits.length).toBeGreaterThan(500);
  for (let at = 0; at < digits.length; at += 10) expect(digits.slice(at, at + 10).map(readNumber).join('')).toBe('0123456789');
});

it.each([
  ['0711 12345', '+4971112345', true],
  ['+४९ ७११ १२३४५', '+4971112345', true],
  ['(0711) 123–45', '+4971112345', true],
  ['+', '', false],
  ['-', '', false],
  ['+49 30 5550000', '+497119990000', false],
  ['5550', '+497115550', true],
  ['0711 12346', '+4971112345', false],
  ['Kim', '', false],
])('%s may be %s: %s', (typed, known, alike) => {
  expect(isAlike(typed, known)).toBe(alike);
});
