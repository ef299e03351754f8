/** The page's title: says how many wait for an answer, and flashes while the page is not in front. */

import { computed, effect, signal } from '@preact/signals';
import { phase } from '../store';
import { t } from '../text/language';
import { calling } from './calling';
import { front } from './front';
import { headline } from './headline';

const FLASH_MS = 1_000;

export function startTitle(): void {
  const turn = signal(false);
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const flashing = computed(() => phase.value === 'signedIn' && calling.value.length > 0 && !front.value);
  effect(() => {
    if (!flashing.value) return undefined;
    turn.value = true;
    if (calm.matches) return undefined;
    const timer = setInterval(() => (turn.value = !turn.peek()), FLASH_MS);
    return () => {
      clearInterval(timer);
    };
  });
  effect(() => {
    const first = calling.value[0];
    const plain = first === undefined ? t('app-name') : `(${calling.value.length}) ${t('app-name')}`;
    document.title = first !== undefined && flashing.value && turn.value ? headline(first) : plain;
  });
}
