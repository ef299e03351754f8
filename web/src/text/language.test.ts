import { beforeAll, describe, expect, it, vi } from 'vitest';
import { de } from './de';
import { en } from './en';

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

describe('the language files', () => {
  it('have the same keys, no empty text, and the same places to fill', () => {
    expect(Object.keys(de)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(en)) {
      const other = de[key as keyof typeof en];
      expect(other, key).not.toBe('');
      expect(places(other), key).toEqual(places(text));
    }
  });
});

describe('the choice of a language', () => {
  let language: typeof import('./language');
  beforeAll(async () => {
    vi.stubGlobal('navigator', { languages: ['de-AT', 'en'] });
    language = await import('./language');
  });

  it('takes the first there is a file for, regions aside, else English', () => {
    expect(language.bestOf(['', 'cs', 'de-CH', 'en'])).toBe('de');
    expect(language.bestOf(['tlh', 'toString'])).toBe('en');
  });

  it('follows the directory before the browser', () => {
    expect(language.t('preview.accept')).toBe('Annehmen');
    language.preferLanguage('en-GB');
    expect(language.t('preview.accept')).toBe('Accept');
  });

  it('fills places and leaves unknown ones to be seen', () => {
    expect(language.filled('{a} {b}', { a: 1 })).toBe('1 {b}');
  });
});
