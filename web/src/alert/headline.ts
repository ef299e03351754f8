/** One line that says who waits, and with what. */

import { t } from '../text/language';
import type { Caller } from './calling';

export function headline({ kind, sound, caller }: Caller): string {
  const name = caller === '' ? t('caller-unknown') : caller;
  if (kind === 'chat') return t('said-chat', { party: name });
  return t(kind === 'line' || sound === 'chatPreview' ? 'alert-flashChat' : 'alert-flashCall', { caller: name });
}
