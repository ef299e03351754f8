/** When to ring: somebody waits for an answer, the host is in reach, and this tab is the one that rings. */

import { computed, effect, signal, untracked } from '@preact/signals';
import { isAudible, sounds, type SoundKind } from '../choices';
import { serverNow } from '../clock';
import { answers, live, snapshot } from '../store';
import { calling } from './calling';
import { lead } from './leader';
import { ring, silence, soundBlocked } from './sound';
import { usualTones, type Sound } from './tones';

/** A call that nobody ends rings no longer than this. */
const LONGEST_MS = 120_000;

/** What the worker silenced, in any tab. */
const silenced = signal<ReadonlySet<string>>(new Set());
const others = typeof BroadcastChannel === 'function' ? new BroadcastChannel('uc-silence') : null;

const answered = computed(() => new Set([...answers.value.keys()].map((id) => `preview-${id}`)));
const waiting = computed(() =>
  live.value ? calling.value.filter(({ key, sound }) => isAudible(sound) && !answered.value.has(key) && !silenced.value.has(key)) : [],
);

/** What a kind sounds like: as the worker chose, else as the site says (requirements F21), else as usual. */
export function soundOf(kind: SoundKind): Sound {
  const chosen = sounds[kind].value;
  if (chosen !== 'on' && chosen !== 'off') return { tone: chosen, address: '' };
  const site = snapshot.value?.audio;
  // A site that has a sound for previews, and none for those of chats, means both.
  const tone = kind === 'chatPreview' && site?.chatPreview === '' && site.preview !== '' ? 'preview' : kind;
  return { tone: usualTones[tone], address: site?.[tone] ?? '' };
}

/** Somebody rings, here or in the tab that makes the sound. A message is over before anybody could silence it. */
export const alarming = computed(() => waiting.value.some(({ sound }) => sound !== 'chat'));

/** Silences what waits now, in every tab; what comes next rings again. */
export const silenceAll = (): void => {
  const keys = calling.value.map(({ key }) => key);
  silenced.value = new Set(keys);
  others?.postMessage(keys);
};

export function startRinger(): void {
  if (others !== null) {
    others.onmessage = ({ data }: MessageEvent<string[]>) => {
      silenced.value = new Set(data);
    };
  }
  // Neither a tab that may make no sound, nor one that has lost its host, keeps the others quiet.
  const leading = lead('uc-ring', computed(() => live.value && !soundBlocked.value));
  effect(() => {
    const at = untracked(serverNow);
    const until = Math.max(0, ...waiting.value.map((caller) => caller.until ?? at + LONGEST_MS));
    const first = waiting.value[0];
    if (leading.value && first !== undefined && until > at) void ring(until - at, untracked(() => soundOf(first.sound)));
    else silence();
  });
}
