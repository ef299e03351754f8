/** What the host refuses, and what it calls states, in the page's language. */

import type { Remark, ShownState } from './frames';
import { sayReason, sayState } from './reasons';
import { t } from './text/language';

export const reasonText = (remark: Remark): string => sayReason(remark, t);

export const stateText = (state: ShownState): string => sayState(state, t);
