import { describe, expect, it } from 'vitest';
import { clean } from './chat/transcript';
import { first, whole } from './letters';

const half = '\ud83d';
const other = '\ude00';

describe('a text', () => {
  it.each([
    ['a😀b', 'a😀b'],
    [`a${half}`, 'a'],
    [`${other}${other}a${half}${half}`, 'a'],
    [`${half}😀${other}`, '😀'],
    ['', ''],
  ])('%j is %j without halves of letters', (text, without) => {
    expect(whole(text)).toBe(without);
    expect(JSON.stringify(whole(text))).not.toMatch(/\\ud/);
  });

  it('is cut between letters', () => {
    expect(first(`${'x'.repeat(99)}😀y`, 100)).toBe(`${'x'.repeat(99)}😀`);
    expect(first(`${'x'.repeat(99)}${half}yz`, 100)).toBe(`${'x'.repeat(99)}y`);
  });

  it('is sent in a chat without them', () => {
    expect(clean(` Grüße ${half}\u0007\r\n😀 ${other}`)).toBe('Grüße \n😀');
  });
});
