/** The sound of a preview: a loop that stops by itself at the deadline, even where timers of a hidden tab are late. */

import { computed, signal } from '@preact/signals';

/** One loop of the built-in sound: two soft strokes, then silence. */
const LOOP_S = 2.4;
const STROKES = [
  { at: 0, hertz: 659.25 },
  { at: 0.22, hertz: 880 },
];
const TEST_MS = 1_200;

let context: AudioContext | null = null;
let playing: { source: AudioBufferSourceNode; until: number } | null = null;
const custom = new Map<string, Promise<AudioBuffer | null>>();

const unlocked = signal(false);
/** The browser refuses sound until the worker touches the page. */
export const soundBlocked = computed(() => !unlocked.value);
/** The page makes a sound now. */
export const ringing = signal(false);

/** Prepares sound. Any touch of the page unlocks it. */
export function prepareSound(): void {
  if (typeof AudioContext === 'undefined') return;
  context = new AudioContext();
  const look = (): void => {
    unlocked.value = context?.state === 'running';
  };
  context.onstatechange = look;
  look();
  for (const gesture of ['pointerdown', 'pointerup', 'keydown']) {
    addEventListener(gesture, () => void unlock(), { capture: true, passive: true });
  }
}

/** Must run inside a gesture of the worker. */
export async function unlock(): Promise<void> {
  if (context === null || context.state === 'running') return;
  // The state change that follows is what unlocks; a refusal changes nothing.
  await context.resume().catch(() => undefined);
}

/** Rings for `ms` milliseconds, with the sound at `address` or the built-in one. Ringing already: only the end moves. */
export async function ring(ms: number, address: string): Promise<void> {
  if (context === null) return;
  const until = context.currentTime + ms / 1000;
  if (playing !== null) {
    extend(until);
    return;
  }
  ringing.value = true;
  const buffer = (await loaded(context, address)) ?? builtIn(context);
  // Silenced while the sound was loading.
  if (!ringing.peek() || context.currentTime >= until) return;
  start(context, buffer, until);
}

export function silence(): void {
  ringing.value = false;
  playing?.source.stop();
  playing = null;
}

/** Plays the sound once, so that the worker knows it and the browser allows it. */
export async function testSound(address: string): Promise<void> {
  await unlock();
  if (playing === null) await ring(TEST_MS, address);
}

function start(context: AudioContext, buffer: AudioBuffer, until: number): void {
  playing?.source.stop();
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  source.connect(context.destination);
  source.start();
  source.stop(until);
  source.onended = () => {
    if (playing?.source === source) silence();
  };
  playing = { source, until };
}

function extend(until: number): void {
  if (playing === null || until === playing.until) return;
  playing.until = until;
  playing.source.stop(until);
}

function builtIn(context: AudioContext): AudioBuffer {
  const rate = context.sampleRate;
  const buffer = new AudioBuffer({ length: Math.round(LOOP_S * rate), sampleRate: rate });
  const samples = buffer.getChannelData(0);
  for (const { at, hertz } of STROKES) {
    const first = Math.round(at * rate);
    for (let n = 0; first + n < samples.length; n++) {
      const time = n / rate;
      const strength = Math.min(1, time / 0.008) * Math.exp(-4.5 * time) * 0.3;
      samples[first + n] = (samples[first + n] ?? 0) + strength * Math.sin(2 * Math.PI * hertz * time);
    }
  }
  return buffer;
}

/** The configured sound, fetched once; null: none, or it does not play, and the built-in one stands in. */
async function loaded(context: AudioContext, address: string): Promise<AudioBuffer | null> {
  if (address === '') return null;
  let sound = custom.get(address);
  if (sound === undefined) {
    sound = fetchSound(context, address);
    custom.set(address, sound);
  }
  return sound;
}

async function fetchSound(context: AudioContext, address: string): Promise<AudioBuffer | null> {
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${response.status}`);
    return await context.decodeAudioData(await response.arrayBuffer());
  } catch (error) {
    console.warn(`the configured sound ${address} does not play, the built-in one is used`, error);
    custom.delete(address);
    return null;
  }
}
