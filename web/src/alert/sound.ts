/** The sound of who waits: a loop that stops by itself at the deadline, even where timers of a hidden tab are late. */

import { computed, effect, signal } from '@preact/signals';
import { volume } from '../choices';
import { followOutput } from './output';
import { samplesOf, type Sound } from './tones';

/** Long enough to hear one loop of each. */
const TEST_MS = 1_600;

let context: AudioContext | null = null;
let output: GainNode | null = null;
let playing: { source: AudioBufferSourceNode; until: number } | null = null;
/** What is to sound; null: nothing. */
let wanted: Sound | null = null;
/** It sounds because the worker tries it: another try takes its place. */
let tried = false;

const unlocked = signal(false);
/** The browser refuses sound until the worker touches the page. */
export const soundBlocked = computed(() => !unlocked.value);

/** Prepares sound. Any touch of the page unlocks it. */
export function prepareSound(): void {
  if (typeof AudioContext === 'undefined') return;
  const made = new AudioContext();
  context = made;
  const look = (): void => {
    unlocked.value = made.state === 'running';
  };
  made.onstatechange = look;
  look();
  followVolume(made);
  followOutput(made);
  for (const gesture of ['pointerdown', 'pointerup', 'keydown']) {
    addEventListener(gesture, () => void unlock(), { capture: true, passive: true });
  }
}

function followVolume(context: AudioContext): void {
  const gain = new GainNode(context);
  gain.connect(context.destination);
  output = gain;
  effect(() => {
    // Ears count in powers: half way down sounds half as loud.
    gain.gain.value = (volume.value / 100) ** 2;
  });
}

/** Must run inside a gesture of the worker. */
export async function unlock(): Promise<void> {
  if (context === null || context.state === 'running') return;
  // The state change that follows is what unlocks; a refusal changes nothing.
  await context.resume().catch(() => undefined);
}

/** Rings for `ms` milliseconds. The same rings already: only the end moves. */
export async function ring(ms: number, sound: Sound): Promise<void> {
  tried = false;
  await play(ms, sound);
}

async function play(ms: number, sound: Sound): Promise<void> {
  if (context === null) return;
  const until = context.currentTime + ms / 1000;
  const same = wanted?.tone === sound.tone && wanted.address === sound.address;
  if (playing !== null && same) {
    extend(until);
    return;
  }
  wanted = sound;
  const buffer = await samplesOf(context, sound);
  // Silenced, or overtaken by another sound, while this one was loading.
  if (wanted === sound && context.currentTime < until) start(context, buffer, until);
}

export function silence(): void {
  wanted = null;
  playing?.source.stop();
  playing = null;
}

/** Plays once what would ring, so that the worker knows it and the browser allows it. */
export async function testSound(sound: Sound): Promise<void> {
  await unlock();
  if (playing !== null && !tried) return;
  tried = true;
  await play(TEST_MS, sound);
}

function start(context: AudioContext, buffer: AudioBuffer, until: number): void {
  playing?.source.stop();
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  source.connect(output ?? context.destination);
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
