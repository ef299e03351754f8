/** The sounds: built-in ones, and those that the site has. */

import type { SoundKind, ToneName } from '../choices';

/** What is played: the file at `address`; none, or one that does not play: the tone. */
export interface Sound {
  readonly tone: ToneName;
  readonly address: string;
}

/** The tone of a kind where neither site nor worker says otherwise. */
export const usualTones: Readonly<Record<SoundKind, ToneName>> = { preview: 'rise', chatPreview: 'knock', call: 'pairs', chat: 'stroke' };

interface Tone {
  /** One loop: its strokes, then silence. */
  seconds: number;
  strokes: readonly { at: number; hertz: number }[];
}

const melody = (seconds: number, apart: number, ...hertz: number[]): Tone => ({
  seconds,
  strokes: hertz.map((tone, index) => ({ at: index * apart, hertz: tone })),
});

/** Told apart with the eyes closed, also by their rhythm. */
const TONES: Readonly<Record<ToneName, Tone>> = {
  rise: melody(2.4, 0.22, 659.25, 880),
  knock: melody(2.2, 0.14, 783.99, 783.99, 783.99),
  pairs: {
    seconds: 3,
    strokes: [0, 0.16, 0.7, 0.86].map((at, index) => ({ at, hertz: index % 2 === 0 ? 523.25 : 440 })),
  },
  stroke: melody(2, 0, 987.77),
  fall: melody(2.6, 0.3, 880, 587.33),
  triad: melody(2.8, 0.18, 523.25, 659.25, 783.99, 1046.5),
};

const custom = new Map<string, Promise<AudioBuffer | null>>();

export const samplesOf = async (context: AudioContext, { tone, address }: Sound): Promise<AudioBuffer> =>
  (await loaded(context, address)) ?? builtIn(context, TONES[tone]);

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
