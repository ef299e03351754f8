/** The texts of a language: English is built in, any language comes from the host, with what the site says otherwise. */

import { FluentBundle, FluentResource } from '@fluent/bundle';
import english from '../languages/en.ftl?raw';
import { directionOf } from './match';

const TEXTS = '/api/v1/texts/';
/** A request that takes longer has failed: the page must not wait for a half-open connection. */
const PATIENCE_MS = 8_000;

/** What is filled into a text. */
export type Places = Readonly<Record<string, string | number>>;

/** What no site has changed. */
export const builtIn = bundleOf('en', english);

/** The texts as the host has them; null: it is out of reach. */
export async function fetched(tag: string): Promise<FluentBundle | null> {
  try {
    const response = await fetch(`${TEXTS}${tag}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok ? bundleOf(tag, await response.text()) : null;
  } catch {
    return null;
  }
}

/** The text of a key; null: there is none that can be used. */
export function formatted(bundle: FluentBundle, key: string, places: Places | null): string | null {
  const pattern = bundle.getMessage(key)?.value ?? null;
  if (pattern === null) return null;
  const errors: Error[] = [];
  const text = bundle.formatPattern(pattern, places, errors);
  return errors.length === 0 ? text : null;
}

/** Of texts in which the last of a key counts, and what cannot be read is left out. */
function bundleOf(tag: string, texts: string): FluentBundle {
  // Telephone numbers and times stand beside these numbers, in digits that everybody dials.
  const locale = `${tag}-u-nu-latn`;
  // Numbers and names keep their own direction inside a text that runs from right to left.
  const bundle = new FluentBundle(locale, { useIsolating: directionOf(tag) === 'rtl' });
  bundle.addResource(new FluentResource(texts), { allowOverrides: true });
  return bundle;
}
