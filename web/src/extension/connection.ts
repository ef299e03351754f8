/** The WebSocket: opened, kept, opened again. */

import { ANSWER_MS, AWAITED_MS, hasAnswer, silence } from '../awaited';
import { waitAsAsked, waitBefore } from '../backoff';
import type { ClientFrame } from '../frames';
import { whoAmI, whyNoPage, type Answer } from './session';
import { time } from './time';

/** Why the host opens no page, where it says so. */
export type Away = 'noWorker' | 'tooMany' | 'takeover' | null;

export interface Ears {
  /** A frame, as it came. */
  frame: (json: string) => void;
  lost: (why: Away) => void;
  /** The session has ended, or never was; `noWorker`: it is one that has no page. */
  stranger: (why: Away) => void;
  /** The worker waits for an answer of the host, or for the end of what rings. */
  awaits: () => boolean;
  /** `aliveSeconds` of the last snapshot; 0: the host sends no signs of life. */
  aliveSeconds: () => number;
}

/** A sign of life changes nothing on the page. */
const ALIVE = /^\{"type":"alive"[,}]/;

let ears: Ears | null = null;
let socket: WebSocket | null = null;
let attempt = 0;
let quiet = 0;
let retry = 0;
/** The host was asked for a sign of life. */
let asked = false;
/** A frame that answers is awaited: a sign of life is none. */
let expects = false;
/** The present socket has brought a frame; and when the first. */
let served = false;
let since = 0;
/** A connection that has lived for so long is one: before, the next one is awaited longer and longer. */
const STEADY_MS = 10_000;

export function connect(own: Ears): void {
  ears = own;
  open();
}

function open(): void {
  clearTimeout(retry);
  if (socket !== null || ears === null) return;
  const opened = new WebSocket(`${location.protocol.replace('http', 'ws')}//${location.host}/api/v1/pages?window=extension`);
  socket = opened;
  served = false;
  opened.onclose = () => {
    if (opened === socket) lost();
  };
  opened.onmessage = (event: MessageEvent<string>) => {
    if (opened === socket) take(event.data);
  };
  asked = true;
  listen(ANSWER_MS * 2);
}

function take(json: string): void {
  if (!served) since = time();
  served = true;
  if (ALIVE.test(json)) {
    if (!asked && !expects) wait();
    return;
  }
  asked = false;
  ears?.frame(json);
  if (socket !== null) wait();
}

function wait(): void {
  expects = ears?.awaits() === true;
  listen(expects ? AWAITED_MS : silence(ears?.aliveSeconds()));
}

/** False: the host is out of reach. */
export function send(frame: ClientFrame): boolean {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(frame));
  if (hasAnswer(frame) && !asked) {
    expects = true;
    listen(AWAITED_MS);
  }
  return true;
}

/** Closes for good. */
export function disconnect(): void {
  ears = null;
  clearTimeout(retry);
  close();
}

function close(): void {
  clearTimeout(quiet);
  const old = socket;
  socket = null;
  old?.close();
}

/** The first silence asks for a snapshot, the second one gives the connection up; so does the first of a host that says by itself that it lives. */
function listen(ms: number): void {
  clearTimeout(quiet);
  quiet = window.setTimeout(() => {
    const saysItself = !expects && (ears?.aliveSeconds() ?? 0) > 0;
    if (asked || saysItself || !send({ type: 'resync' })) {
      lost();
      return;
    }
    asked = true;
    listen(ANSWER_MS);
  }, ms);
}

function lost(): void {
  const own = ears;
  close();
  if (own === null) return;
  if (served && time() - since > STEADY_MS) attempt = 0;
  own.lost(null);
  whoAmI((who) => {
    if (who.status === 200 && !served) whyNoPage((why) => { goOn(own, why); });
    else goOn(own, who);
  });
}

function goOn(own: Ears, { status, code, retryAfter }: Answer): void {
  // Signed out, or connected again, while the host was asked.
  if (ears !== own || socket !== null) return;
  if (status === 401 || code === 'no-worker') {
    own.stranger(status === 401 ? null : 'noWorker');
    return;
  }
  const later = status === 503 && retryAfter > 0;
  if (code === 'standby') own.lost('takeover');
  else if (code === 'too-many-pages') own.lost('tooMany');
  clearTimeout(retry);
  retry = window.setTimeout(code === 'standby' ? askAgain : open, later ? waitAsAsked(retryAfter) : waitBefore(attempt));
  if (!later) attempt += 1;
}

/** A standby node is asked before a socket is opened: a request goes over the connection that is there. */
function askAgain(): void {
  const own = ears;
  if (own === null) return;
  whoAmI((who) => {
    if (who.code === 'standby') goOn(own, who);
    else if (ears === own) open();
  });
}

/** The browser says that the network is gone, or back: nobody waits for a timer. */
window.addEventListener('offline', () => {
  if (socket !== null) lost();
});
window.addEventListener('online', open);
