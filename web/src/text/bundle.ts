/** The texts of a language: English is built in, any language comes from the host, with what the site says otherwise. */

import { FluentBundle, FluentResource } from '@fluent/bundle';
import english from '../languages/en.ftl?raw';
import { directionOf } from './match';

const TEXTS = '/api/v1/texts/';
/** A request that takes longer has failed: the page must not wait for a half-open connection. */
const PATIENCE_MS = 8_000;

/** What is filled into a text. */
export type Places = Readonly<Record<string, string | number>>;

/** The ways of saying a text in one language, from the best: the site's or the client's, then the client's. */
export type Texts = readonly FluentBundle[];

let own: Texts | undefined;
/** What no site has changed. Read when it is first needed: mostly never, for the host has texts. */
export const builtIn = (): Texts => (own ??= bundlesOf('en', english));

/** The texts as the host has them; null: it is out of reach. */
export async function fetched(tag: string): Promise<Texts | null> {
  try {
    const response = await fetch(`${TEXTS}${tag}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok ? bundlesOf(tag, await response.text()) : null;
  } catch {
    return null;
  }
}

/** The text of a key; null: there is none that can be used. */
export function formatted(texts: Texts, key: string, places: Places | null): string | null {
  for (const bundle of texts) {
    const text = formattedBy(bundle, key, places);
    if (text !== null) return text;
  }
  return null;
}

function formattedBy(bundle: FluentBundle, key: string, places: Places | null): string | null {
  const pattern = bundle.getMessage(key)?.value ?? null;
  if (pattern === null) return null;
  const errors: Error[] = [];
  const text = bundle.formatPattern(pattern, places, errors);
  return errors.length === 0 ? text : null;
}

/** Of texts in which the last of a key counts, but for one that cannot be used: then the first, which is the client's. */
function bundlesOf(tag: string, texts: string): Texts {
  const resource = new FluentResource(texts);
  return [bundleOf(tag, resource, true), bundleOf(tag, resource, false)];
}

/** Of the last of each key, or of the first. What cannot be read is left out. */
function bundleOf(tag: string, resource: FluentResource, allowOverrides: boolean): FluentBundle {
  // Telephone numbers and times stand beside these numbers, in digits that everybody dials.
  const locale = `${tag}-u-nu-latn`;
  // Numbers and names keep their own direction inside a text that runs from right to left.
  const bundle = new FluentBundle(locale, { useIsolating: directionOf(tag) === 'rtl' });
  bundle.addResource(resource, { allowOverrides });
  return bundle;
}
