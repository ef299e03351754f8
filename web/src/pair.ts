/** A pair of business data, as calls, previews and chats carry it. */

import { flag, record, text, whole, type Of } from './shape';

export const pair = record({ key: text, value: text }, { link: text, cut: whole, edit: flag, fixed: flag, stays: flag });
export type Pair = Of<typeof pair>;
