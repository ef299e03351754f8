/** Where accepted calls go, in words. Pure: whoever asks gives the texts. */

import type { Redirect } from './frames';

type Texts = ((key: 'outside-on', places: { number: string }) => string) & ((key: 'outside-off' | 'outside-locked') => string);

/** And that the administrator has set it; empty: the site has no outside numbers. */
export function placeOf({ redirect }: { redirect?: Redirect }, t: Texts): string {
  if (redirect === undefined) return '';
  const place = redirect.on ? t('outside-on', { number: redirect.number }) : t('outside-off');
  return redirect.locked ? `${place} ${t('outside-locked')}` : place;
}
