import type { Preview } from '../frames';
import { t } from '../text/language';

/** Where the call of a preview goes. */
export const placeOf = ({ dn, redirect }: Preview): string =>
  redirect === undefined ? t('preview-dn', { dn }) : t('preview-redirect', { number: `\u2066${redirect}\u2069` });
