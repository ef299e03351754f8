import { beforeEach, describe, expect, it, vi } from 'vitest';
import { source } from '../../test/language-files.mjs';
import { bestOf, directionOf } from './match';

describe('the choice of a language', () => {
  it.each([
    [['', 'cs', 'de-CH', 'en'], 'de'],
    [['tlh', 'toString'], 'en'],
    [['pt'], 'pt-BR'],
    [['PT-br', 'en'], 'pt-BR'],
    [['zh-CN'], 'zh-Hans'],
    [['zh'], 'zh-Hans'],
    [['zh-SG'], 'zh-Hans'],
    [['zh-hans-TW'], 'zh-Hans'],
    [['zh-TW'], 'en'],
    [['zh-HK', 'ja'], 'ja'],
    [['zh-Hant'], 'en'],
    [['zh-Hant-CN', 'fr'], 'fr'],
    [['de-Latn-AT'], 'de'],
    [['ru-Latn', 'pl'], 'pl'],
    [['es-419'], 'es'],
    [[], 'en'],
  ])('of %j is %s', (wanted, best) => {
    expect(bestOf(wanted)).toBe(best);
  });

  it('knows which languages run from right to left', () => {
    expect(['ar', 'he-IL', 'de', 'zh-Hans'].map(directionOf)).toEqual(['rtl', 'rtl', 'ltr', 'ltr']);
  });
});

describe('the texts', () => {
  let page: typeof import('./language');
  /** What the site says otherwise, by language. */
  let site: Record<string, string>;
  let reachable: boolean;

  beforeEach(async () => {
    [site, reachable] = [{}, true];
    vi.resetModules();
    vi.stubGlobal('navigator', { languages: ['de-AT', 'en'] });
    vi.stubGlobal('fetch', (address: string) => {
      const tag = address.replace('/api/v1/texts/', '');
      return reachable ? Promise.resolve(new Response(`${source(tag)}\n${site[tag] ?? ''}`)) : Promise.reject(new TypeError());
    });
    page = await import('./language');
  });

  const speaking = async (): Promise<void> => {
    page.startSpeaking();
    await page.textsWithin(5_000);
  };

  it('follow the directory before the browser', async () => {
    await speaking();
    expect(page.t('preview-accept')).toBe('Annehmen');
    page.preferLanguage('fr-CA');
    await vi.waitFor(() => { expect(page.t('preview-accept')).toBe('Accepter'); });
    expect([page.language.value, page.direction.value]).toEqual(['fr', 'ltr']);
  });

  it('count as the language does, in digits that everybody dials', async () => {
    page.preferLanguage('pl');
    await speaking();
    expect([1, 3, 5, 22].map((seconds) => page.t('preview-limit', { seconds }))).toEqual([
      'Masz 1 sekundę na odpowiedź.',
      'Masz 3 sekundy na odpowiedź.',
      'Masz 5 sekund na odpowiedź.',
      'Masz 22 sekundy na odpowiedź.',
    ]);
    page.preferLanguage('ar');
    await vi.waitFor(() => { expect(page.direction.value).toBe('rtl'); });
    expect(page.t('preview-limit', { seconds: 11 })).toBe('لديك \u206811\u2069 ثانية للرد.');
  });

  it('are the site’s where it says so, and the client’s own of that language where those cannot be used', async () => {
    site.de = [
      'preview-accept = Ja, gern',
      'preview-from = { $nobody } ruft an',
      'preview-dn = { preview-dn }',
      'preview-decline = { "Nein"',
      'button-hold =',
    ].join('\n');
    await speaking();
    expect(page.t('preview-accept')).toBe('Ja, gern');
    expect(page.t('preview-from', { caller: 'Ada' })).toBe('Anruf von Ada');
    expect(page.t('preview-dn', { dn: '7001' })).toBe('an Ihre Nummer 7001');
    // What cannot be read is as if it were not there.
    expect(page.t('preview-decline')).toBe('Ablehnen');
    expect(page.t('button-hold')).toBe('Halten');
  });

  it('are English while the host cannot be reached, and what was wanted when it can', async () => {
    reachable = false;
    await speaking();
    expect([page.language.value, page.t('signOut')]).toEqual(['en', 'Sign out']);
    reachable = true;
    page.askAgain();
    await page.textsWithin(5_000);
    expect([page.language.value, page.t('signOut')]).toEqual(['de', 'Abmelden']);
  });

  it('keep nobody waiting', async () => {
    vi.stubGlobal('fetch', () => new Promise(() => undefined));
    page.startSpeaking();
    await page.textsWithin(1);
    expect(page.t('signOut')).toBe('Sign out');
  });
});
