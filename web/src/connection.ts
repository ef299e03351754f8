/** The WebSocket of this page: opens it, opens it again, and says whether the host hears us. */

import { waitBefore } from './backoff';
import { readServerFrame, type ClientFrame, type ServerFrame } from './frames';
import { hasNoPage, PAGES, whoAmI } from './session';
import { answers, forget, link, outdated, pageless, phase, receive, snapshot } from './store';
import { chosenLanguage } from './text/language';

/** After this long without a frame the page asks for one: a half-open connection shows no other sign. */
const QUIET_MS = 45_000;
/** And gives the host this long to answer. */
const ANSWER_MS = 5_000;

let socket: WebSocket | null = null;
let attempt = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
let quiet: ReturnType<typeof setTimeout> | undefined;

/** Sends a frame; false when the host is out of reach (the page disables its actions then). */
export function send(frame: ClientFrame): boolean {
  if (socket?.readyState !== WebSocket.OPEN || link.value !== 'open') return false;
  socket.send(JSON.stringify(frame));
  return true;
}

export function connect(): void {
  clearTimeout(retry);
  if (socket !== null || phase.value !== 'signedIn' || pageless.value) return;
  const url = new URL(PAGES, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  if (chosenLanguage.value !== '') url.searchParams.set('language', chosenLanguage.value);
  const opened = new WebSocket(url);
  socket = opened;
  // A socket that was given up may still report; only the present one counts.
  opened.onmessage = (event) => {
    if (opened === socket) take(event.data);
  };
  opened.onclose = () => {
    if (opened === socket) void lost();
  };
  listen(ANSWER_MS * 2);
}

/** Closes for good (signed out). */
export function disconnect(): void {
  clearTimeout(retry);
  clearTimeout(quiet);
  socket?.close();
  socket = null;
  attempt = 0;
  link.value = 'connecting';
}

/** The browser said that the network changed, or the page woke up: do not wait for a timer. */
export function check(): void {
  if (socket === null) connect();
  else if (send({ type: 'resync' })) listen(ANSWER_MS);
}

function take(data: unknown): void {
  const frame = read(data);
  if (frame === null) return;
  listen(QUIET_MS);
  receive(frame);
  if (frame.type === 'snapshot') opened();
  if (frame.type === 'signedOut') disconnect();
}

function opened(): void {
  attempt = 0;
  if (link.value === 'open') return;
  link.value = 'open';
  for (const [id, accept] of answers.value) send({ type: 'previewAnswer', id, accept });
}

function read(data: unknown): ServerFrame | null {
  try {
    return readServerFrame(String(data));
  } catch (error) {
    console.error('the host sent a frame this page cannot read', error);
    outdated.value = true;
    return null;
  }
}

/** Waits for the next frame; the first silence asks for a snapshot, the second one gives the connection up. */
function listen(ms: number): void {
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    if (ms === QUIET_MS && send({ type: 'resync' })) listen(ANSWER_MS);
    else void lost();
  }, ms);
}

async function lost(): Promise<void> {
  clearTimeout(quiet);
  socket?.close();
  socket = null;
  link.value = 'lost';
  const who = await whoAmI();
  if (who === 'nobody') {
    forget();
    disconnect();
    return;
  }
  // Only an account that never saw its page can have none.
  if (who === 'somebody' && snapshot.value === null) pageless.value = await hasNoPage();
  clearTimeout(retry);
  retry = setTimeout(connect, waitBefore(attempt));
  attempt += 1;
}
