/** The WebSocket of this page: opens it, opens it again, and says whether the host hears us. */

import { sameAnswer } from './agreed';
import { computed, signal } from '@preact/signals';
import { ANSWER_MS, AWAITED_MS, hasAnswer, silence } from './awaited';
import { waitAsAsked, waitBefore } from './backoff';
import { readServerFrame, type ClientFrame, type ServerFrame } from './frames';
import { whole } from './letters';
import { searchFrame } from './search';
import { PAGES, whoAmI, whyNoPage } from './session';
import { answers, forget, link, outdated, phase, presses, previews, receive, session, snapshot, turnedAway, wish, type TurnedAway } from './store';
import { chosenLanguage } from './text/language';

/** How long a state that was asked for is awaited. */
const WISH_MS = 30_000;
/** A connection that has lived for so long is one: before, the next one is awaited longer and longer. */
const STEADY_MS = 10_000;
/** When it has broken so often meanwhile, the worker is told. */
const MOST_BREAKS = 3;

let socket: WebSocket | null = null;
let attempt = 0;
/** The present socket has brought a frame. */
let served = false;
/** The host was asked for a sign of life. */
let asked = false;
/** A frame that answers is awaited: a sign of life is none. */
let expects = false;
let retry: ReturnType<typeof setTimeout> | undefined;
let quiet: ReturnType<typeof setTimeout> | undefined;
let steady: ReturnType<typeof setTimeout> | undefined;
/** The browser says that there is no network. */
export const offline = signal(false);
/** How often it has broken since one lived. */
const breaks = signal(0);
/** It is there again and again, and never for long. */
export const unsteady = computed(() => breaks.value >= MOST_BREAKS);

/** Sends a frame, without what the host cannot read of what was pasted; false when the host is out of reach (the page disables its actions then). */
export function send(frame: ClientFrame): boolean {
  if (socket?.readyState !== WebSocket.OPEN || link.value !== 'open') return false;
  socket.send(JSON.stringify(frame, (_, value: unknown) => (typeof value === 'string' ? whole(value) : value)));
  if (hasAnswer(frame) && !asked) expect();
  return true;
}

export function connect(): void {
  clearTimeout(retry);
  if (socket !== null || phase.value !== 'signedIn' || turnedAway.value === 'noWorker') return;
  const url = new URL(PAGES, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  if (chosenLanguage.value !== '') url.searchParams.set('language', chosenLanguage.value);
  const opened = new WebSocket(url);
  socket = opened;
  served = false;
  // A socket that was given up may still report; only the present one counts.
  opened.onmessage = (event) => {
    if (opened === socket) take(event.data);
  };
  opened.onclose = () => {
    if (opened === socket) void lost();
  };
  asked = true;
  listen(ANSWER_MS * 2);
}

/** Closes for good (signed out). */
export function disconnect(): void {
  clearTimeout(retry);
  clearTimeout(quiet);
  clearTimeout(steady);
  socket?.close();
  socket = null;
  attempt = 0;
  breaks.value = 0;
  link.value = 'connecting';
}

/** The browser said that the network changed, or the page woke up: do not wait for a timer. */
export function check(): void {
  offline.value = false;
  if (socket === null) connect();
  // Whoever is asked already is not given more time.
  else if (!asked) inquire();
}

/** The browser said that the network is gone: nothing on the page counts from now on. */
export function cut(): void {
  offline.value = true;
  if (socket !== null) void lost();
}

function take(data: unknown): void {
  const frame = read(data);
  if (frame === null) return;
  served = true;
  if (frame.type === 'alive') {
    if (!asked && !expects) wait();
    return;
  }
  receive(frame);
  asked = false;
  wait();
  if (frame.type === 'snapshot') opened();
  if (frame.type === 'signedOut') disconnect();
}

function opened(): void {
  turnedAway.value = null;
  // A page that was opened while the host could not answer does not know its session yet.
  if (session.value?.person.id !== snapshot.value?.person.id) void whoAmI();
  if (link.value === 'open') return;
  link.value = 'open';
  attempt = breaks.value;
  steady = setTimeout(() => { breaks.value = attempt = 0; }, STEADY_MS);
  const search = searchFrame();
  if (search !== null) send(search);
  for (const [id, accept] of answers.value) send(sameAnswer(id, accept));
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

/** The worker waits for an answer of the host, or for the end of what rings. A state that is not so after a while waits for the contact centre, not for the host. */
const awaited = (): boolean =>
  previews.value.length > 0 || presses.value.length > 0 || answers.value.size > 0 || Date.now() - (wish.value?.asked ?? 0) < WISH_MS;

/** Waits for the next frame; the first silence asks for a snapshot, the second one gives the connection up. */
function wait(): void {
  expects = false;
  if (awaited()) expect();
  else listen(silence(snapshot.value?.aliveSeconds));
}

function expect(): void {
  expects = true;
  listen(AWAITED_MS);
}

/** Nobody is asked whether a host lives that would have said so by itself. */
const saysItself = (): boolean => !expects && (snapshot.value?.aliveSeconds ?? 0) > 0;

function inquire(): void {
  asked = true;
  if (send({ type: 'resync' })) listen(ANSWER_MS);
}

function listen(ms: number): void {
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    if (asked || link.value !== 'open' || saysItself()) void lost();
    else inquire();
  }, ms);
}

const connects = (): boolean => socket !== null;

async function lost(): Promise<void> {
  clearTimeout(quiet);
  clearTimeout(steady);
  if (link.value === 'open') breaks.value += 1;
  socket?.close();
  socket = null;
  link.value = 'lost';
  const who = await whoAmI();
  const why = who === 'somebody' && !served ? await whyNoPage() : who;
  // Signed out, or connected again, while the host was asked.
  if (phase.value !== 'signedIn' || connects()) return;
  if (who === 'nobody') {
    forget('gone');
    disconnect();
    return;
  }
  turnedAway.value = reasonOf(why);
  later(why);
}

/** Whoever was sent away by a standby node asks there before it opens a socket: a request goes over the connection that
 * is there, and each page's socket would be a TLS handshake of a machine that is about to take over. */
function later(why: Why): void {
  clearTimeout(retry);
  retry = setTimeout(reasonOf(why) === 'takeover' ? () => void askAgain() : connect, waitFor(why));
}

async function askAgain(): Promise<void> {
  const who = await whoAmI();
  // A node that serves may reach none that works for this worker.
  const why = who === 'somebody' ? await whyNoPage() : who;
  if (phase.value !== 'signedIn' || connects()) return;
  if (reasonOf(why) === 'takeover') later(why);
  else connect();
}

type Why = Awaited<ReturnType<typeof whoAmI | typeof whyNoPage>>;

function reasonOf(why: Why): TurnedAway | null {
  if (why === 'noWorker' || why === 'tooMany') return why;
  return typeof why === 'object' && why?.standby === true ? 'takeover' : null;
}

function waitFor(why: Why): number {
  if (typeof why === 'object' && why !== null) return waitAsAsked(why.retryAfter);
  attempt += 1;
  return waitBefore(attempt - 1);
}
