/** How a target is written: what it is, how it is now, and what it is called by. Pure but for the language. */

import type { Statistic, Target } from '../frames';
import { language, t } from '../text/language';
import { duration } from './duration';

export const kindOf = ({ kind }: Target): string => t(`target-${kind}`);

/** The value of a statistic, in the page's language. */
export function valueOf({ format, value }: Statistic): string {
  if (value === undefined) return t('target-unknown');
  if (format === 'seconds') return duration(value * 1000);
  const style = format === 'percent' ? 'percent' : 'decimal';
  return new Intl.NumberFormat(language.value, { style }).format(format === 'percent' ? value / 100 : value);
}
