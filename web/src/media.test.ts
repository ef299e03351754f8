import { expect, it } from 'vitest';
import { isText } from './media';

it.each([
  ['voice', false],
  ['', false],
  ['email', false],
  ['video', false],
  ['chat', true],
  ['Chat', true],
  ['TMediaChat', true],
  ['IM', true],
  ['sms', true],
  ['image', false],
])('%s: a text message? %s', (name, is) => {
  expect(isText(name)).toBe(is);
});
