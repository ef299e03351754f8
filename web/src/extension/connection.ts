/** The WebSocket: opened, kept, opened again. */

import { waitBefore } from '../backoff';
import type { ClientFrame, ServerFrame } from '../frames';
import { whoAmI } from './session';

/** After this long without a frame a snapshot is asked for; no answer within the next wait: the connection is gone. */
const QUIET_MS = 45_000;
const ANSWER_MS = 8_000;

export interface Ears {
  frame: (frame: ServerFrame) => void;
  lost: () => void;
  /** The session has ended, or never was. */
  stranger: () => void;
}

let socket: WebSocket | null = null;
let attempt = 0;
let quiet = 0;

export function connect(ears: Ears): void {
  if (socket !== null) return;
  const opened = new WebSocket(`${location.protocol.replace('http', 'ws')}//${location.host}/api/v1/pages?window=extension`);
  socket = opened;
  const gone = (): void => {
    if (opened === socket) lost(ears);
  };
  opened.onclose = gone;
  opened.onmessage = (event: MessageEvent<string>) => {
    if (opened !== socket) return;
    attempt = 0;
    listen(QUIET_MS, gone);
    ears.frame(JSON.parse(event.data) as ServerFrame);
  };
  listen(ANSWER_MS, gone);
}

/** False: the host is out of reach. */
export function send(frame: ClientFrame): boolean {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(frame));
  return true;
}

/** Closes for good. */
export function disconnect(): void {
  clearTimeout(quiet);
  const old = socket;
  socket = null;
  old?.close();
}

function listen(ms: number, gone: () => void): void {
  clearTimeout(quiet);
  quiet = window.setTimeout(() => {
    if (ms === QUIET_MS && send({ type: 'resync' })) listen(ANSWER_MS, gone);
    else gone();
  }, ms);
}

function lost(ears: Ears): void {
  disconnect();
  ears.lost();
  // An old browser does not say why a WebSocket was refused; a plain request does.
  whoAmI((status) => {
    if (status === 401) {
      ears.stranger();
      return;
    }
    window.setTimeout(() => {
      connect(ears);
    }, waitBefore(attempt));
    attempt += 1;
  });
}
