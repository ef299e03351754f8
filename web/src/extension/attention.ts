/** Calls the worker into the window: by its title, and by the sound that the site has. */

import type { Snapshot } from '../frames';
import { isText, titleOf } from '../media';
import { isServed } from '../snapshot';
import { element } from './dom';
import { t } from './texts';

const FLASH_MS = 1_000;

let waiting: string[] = [];
let turn = false;
/** What has rung, by preview or call: a message of a chat is none. */
let rung: Record<string, true> = {};
let player: HTMLAudioElement | null = null;

/** Who waits now, but for those who are answered. */
export function attend(picture: Snapshot | null, answered: (id: number) => boolean): void {
  const previews = picture === null ? [] : picture.previews.filter(({ id }) => !answered(id));
  const calls = picture === null ? [] : picture.calls.filter((call) => call.state === 'ringing' && isServed(picture, call));
  waiting = previews.map((preview) => waits(titleOf(preview.mediaType), preview)).concat(calls.map((call) => waits('preview-from', call)));
  title();
  if (picture === null || waiting.length === 0) {
    rung = {};
    player?.pause();
    return;
  }
  const { audio } = picture;
  for (const { id, mediaType } of previews) ring(`preview-${id}`, isText(mediaType) && audio.chatPreview !== '' ? audio.chatPreview : audio.preview);
  for (const { connId, dn } of calls) ring(`call-${connId}-${dn}`, audio.call);
}

const waits = (title: ReturnType<typeof titleOf>, { caller }: { caller: string }): string => t(title, { caller: caller === '' ? t('caller-unknown') : caller });

/** Once for each, for there is no button here that silences: an old browser plays a file, and has no other sound. */
function ring(key: string, address: string): void {
  if (rung[key] === true || address === '') return;
  rung[key] = true;
  // Newer browsers may refuse it until the page is touched, and old ones without codecs throw; the title flashes in any case.
  try {
    player ??= document.body.appendChild(element('audio', {}));
    player.src = address;
    const playing = player.play() as Promise<void> | undefined;
    playing?.then(undefined, () => undefined);
  } catch (error) {
    console.warn('this browser plays no sound', error);
  }
}

function title(): void {
  const plain = waiting.length === 0 ? t('app-name') : `(${waiting.length}) ${t('app-name')}`;
  const text = turn && !document.hasFocus() ? (waiting[0] ?? plain) : plain;
  if (document.title !== text) document.title = text;
}

window.setInterval(() => {
  turn = !turn && waiting.length > 0;
  title();
}, FLASH_MS);
