/** What the host refuses, in the page's language. What this page has no text for is told in the host's own words. */

import { t, type PlainKey } from './text/language';

const texts: Readonly<Record<string, PlainKey>> = {
  'number-empty': 'refused-numberEmpty',
  'number-none': 'refused-numberNone',
  'number-short': 'refused-numberShort',
  'number-long': 'refused-numberLong',
  'number-outside': 'refused-numberOutside',
  'number-forbidden': 'refused-numberForbidden',
  'redirect-locked': 'outside-locked',
  'redirect-none': 'refused-redirectNone',
  'preview-redirected': 'refused-previewRedirected',
};

export function refusal(code: string, text: string): string {
  const key = Object.hasOwn(texts, code) ? texts[code] : undefined;
  return key === undefined ? text : t(key);
}
