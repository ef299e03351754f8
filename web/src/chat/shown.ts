/** The chats there are, and the one that this page shows. */

import { computed, signal } from '@preact/signals';
import { snapshot } from '../store';
import type { Chat } from './frames';
import { keyOf } from './transcript';

const none: readonly Chat[] = [];
export const chats = computed<readonly Chat[]>(() => snapshot.value?.chats ?? none);
const chosen = signal('');
export const shown = computed<Chat | undefined>(() => chats.value.find((chat) => keyOf(chat) === chosen.value) ?? chats.value[0]);

export const choose = (chat: Chat): void => {
  chosen.value = keyOf(chat);
};
