/** The device that plays the sound. A browser lists devices only to pages that it lets choose one. */

import { effect, signal } from '@preact/signals';
import { outputDevice } from '../choices';

/** Not in every browser, and not in TypeScript's library yet. */
type Sink = AudioContext & { setSinkId?: (id: string) => Promise<void> };
type Devices = MediaDevices & { selectAudioOutput?: () => Promise<MediaDeviceInfo> };
export interface Output {
  id: string;
  name: string;
}

/** The devices the worker can choose from; empty: this browser offers none. */
export const outputs = signal<readonly Output[]>([]);
/** The browser asks the worker itself which device to use. */
export const canAsk = signal(false);
/** The chosen device is gone: the browser's own choice plays until it is back. */
export const outputLost = signal(false);

const devices = (): Devices | undefined => ('mediaDevices' in navigator ? navigator.mediaDevices : undefined);

/** Plays on the chosen device from now on, whatever is plugged in and out. */
export function followOutput(context: Sink): void {
  const all = devices();
  if (context.setSinkId === undefined || all === undefined) return;
  canAsk.value = all.selectAudioOutput !== undefined;
  // Counted, so that the same device is asked for again.
  const turn = signal(0);
  const look = async (): Promise<void> => {
    outputs.value = await listed(all);
    turn.value += 1;
  };
  all.addEventListener('devicechange', () => void look());
  void look();
  effect(() => {
    if (turn.value >= 0) void use(context, outputDevice.value);
  });
}

/** Lets the browser ask the worker. Must run inside a gesture. */
export async function askOutput(): Promise<void> {
  const all = devices();
  // The worker may close the question.
  const chosen = await all?.selectAudioOutput?.().catch(() => undefined);
  if (all === undefined || chosen === undefined) return;
  outputs.value = await listed(all);
  outputDevice.value = chosen.deviceId;
}

async function listed(all: MediaDevices): Promise<Output[]> {
  const found = await all.enumerateDevices().catch(() => []);
  // Without leave to know them, devices have neither id nor name.
  const known = found.filter(({ kind, deviceId, label }) => kind === 'audiooutput' && label !== '' && !['', 'default'].includes(deviceId));
  return known.map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

async function use(context: Sink, id: string): Promise<void> {
  try {
    await context.setSinkId?.(id);
    if (id === outputDevice.peek()) outputLost.value = false;
  } catch (error) {
    if (id !== outputDevice.peek()) return;
    console.warn('the chosen device does not play, the default one does', error);
    outputLost.value = true;
    await context.setSinkId?.('').catch(() => undefined);
  }
}
