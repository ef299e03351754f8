/** Why something is not as the worker wanted it, in their language. */

import type { Remark } from '../frames';
import { t } from './texts';

/** What a text is called after the reason that it tells. A list of them all would be a good part of this page. */
export const textOf = (why: string): string => why.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

export const sayReason = ({ why, words = '' }: Remark): string => t(`refused-${textOf(why)}` as 'refused-reload', { words });
