/** The sounds: the built-in one of each kind, and the one that the site has for previews. */

import type { SoundKind } from '../choices';

interface Tone {
  /** One loop: its strokes, then silence. */
  seconds: number;
  strokes: readonly { at: number; hertz: number }[];
}

/** Told apart with the eyes closed: two rising strokes for a preview, two pairs of low ones for a call, a single one for a message. */
const TONES: Record<SoundKind, Tone> = {
  preview: {
    seconds: 2.4,
    strokes: [
      { at: 0, hertz: 659.25 },
      { at: 0.22, hertz: 880 },
    ],
  },
  chat: { seconds: 2, strokes: [{ at: 0, hertz: 987.77 }] },
  call: {
    seconds: 3,
    strokes: [0, 0.16, 0.7, 0.86].map((at, index) => ({ at, hertz: index % 2 === 0 ? 523.25 : 440 })),
  },
};

const custom = new Map<string, Promise<AudioBuffer | null>>();

/** The sound at `address`; none, or one that does not play: the built-in one of the kind. */
export const toneOf = async (context: AudioContext, kind: SoundKind, address: string): Promise<AudioBuffer> =>
  (await loaded(context, address)) ?? builtIn(context, TONES[kind]);

function builtIn(context: AudioContext, { seconds, strokes }: Tone): AudioBuffer {
  const rate = context.sampleRate;
  const buffer = new AudioBuffer({ length: Math.round(seconds * rate), sampleRate: rate });
  const samples = buffer.getChannelData(0);
  for (const { at, hertz } of strokes) {
    const first = Math.round(at * rate);
    for (let n = 0; first + n < samples.length; n++) {
      const time = n / rate;
      const strength = Math.min(1, time / 0.008) * Math.exp(-4.5 * time) * 0.3;
      samples[first + n] = (samples[first + n] ?? 0) + strength * Math.sin(2 * Math.PI * hertz * time);
    }
  }
  return buffer;
}

/** Fetched once. */
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
