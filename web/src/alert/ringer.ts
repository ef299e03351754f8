/** When to ring: a preview waits for an answer, the host is in reach, and this tab is the one that rings. */

import { computed, effect, signal, untracked } from '@preact/signals';
import { sound } from '../choices';
import { serverNow } from '../clock';
import { answers, live, previews, snapshot } from '../store';
import { lead } from './leader';
import { ring, silence, soundBlocked } from './sound';

/** Previews that the worker silenced. */
const silenced = signal<ReadonlySet<number>>(new Set());

const waiting = computed(() =>
  live.value && sound.on ? previews.value.filter(({ id }) => !answers.value.has(id) && !silenced.value.has(id)) : [],
);

/** Silences what waits now; the next preview rings again. */
export const silencePreviews = (): void => {
  silenced.value = new Set(previews.value.map(({ id }) => id));
};

export function startRinger(): void {
  effect(() => {
    // Only a tab that may make a sound stands for election, so a blocked tab never keeps the others quiet.
    if (soundBlocked.value) return;
    const leading = lead('uc-ring');
    const until = Math.max(0, ...waiting.value.map(({ deadline }) => deadline));
    const left = until - untracked(serverNow);
    const address = untracked(() => snapshot.value?.audio ?? '');
    if (leading.value && waiting.value.length > 0 && left > 0) void ring(left, address);
    else silence();
  });
}
