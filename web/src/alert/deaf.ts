/** A tab that hears of nobody while another tab does has lost its host and does not know yet: it asks for a sign of life. */

import { effect } from '@preact/signals';
import { check } from '../connection';
import { live } from '../store';
import { calling } from './calling';

/** What the host tells all pages arrives in all of them within this time. */
const APART_MS = 1_000;
const REMEMBERED = 256;

export function startComparing(): void {
  if (typeof BroadcastChannel !== 'function') return;
  const others = new BroadcastChannel('uc-calling');
  const known = new Set<string>();
  others.onmessage = ({ data: key }: MessageEvent<string>) => {
    setTimeout(() => {
      if (live.value && !known.has(key)) check();
    }, APART_MS);
  };
  effect(() => {
    for (const { key } of calling.value) {
      if (known.has(key)) continue;
      known.add(key);
      for (const oldest of known) if (known.size > REMEMBERED) known.delete(oldest);
      others.postMessage(key);
    }
  });
}
