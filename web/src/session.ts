/** Signing in and out over HTTP. The session itself is an HttpOnly cookie that this page never sees. */

import { readSession } from './frames';
import { belongsTo, session, type TurnedAway } from './store';
import { preferLanguage } from './text/language';

const SESSION = '/api/v1/session';
/** The WebSocket's address. */
export const PAGES = '/api/v1/pages';
/** A request that takes longer has failed: the page must not wait for a half-open connection. */
const PATIENCE_MS = 8_000;

/** The host asks to come back in so many seconds. `standby`: another node is to serve. */
export interface Later {
  retryAfter: number;
  standby: boolean;
}

/** `detail`: why the host refused, in its own words. */
export type SignInResult = 'ok' | 'refused' | 'unreachable' | Later | { detail: string };

export async function signIn(user: string, password: string): Promise<SignInResult> {
  const response = await request('POST', { 'Content-Type': 'application/json' }, JSON.stringify({ user, password }));
  if (response === null) return 'unreachable';
  if (response.status === 429) return { retryAfter: Number(response.headers.get('Retry-After')) || 30, standby: false };
  if (response.status === 401) return 'refused';
  if (await keep(response)) return 'ok';
  const detail = await detailOf(response);
  return detail === '' ? 'unreachable' : { detail };
}

const detailOf = (response: Response): Promise<string> => ofProblem(response, 'detail');

/** A member of a problem (RFC 9457); empty: there is none. */
async function ofProblem(response: Response, member: 'code' | 'detail'): Promise<string> {
  if (response.ok || response.headers.get('Content-Type') !== 'application/problem+json') return '';
  const problem = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  const text = problem?.[member];
  return typeof text === 'string' ? text : '';
}

/** Why the host opens no page, where it says so. A browser does not tell why a WebSocket was refused, but a plain request does. */
export async function whyNoPage(): Promise<TurnedAway | Later | null> {
  const response = await request('GET', {}, undefined, PAGES);
  if (response === null) return null;
  const code = await ofProblem(response, 'code');
  if (code === 'no-worker') return 'noWorker';
  return code === 'too-many-pages' ? 'tooMany' : laterOf(response, code);
}

/** Asks the host whose session this is; `unknown` when it is out of reach. */
export async function whoAmI(): Promise<'somebody' | 'nobody' | 'unknown' | Later> {
  const response = await request('GET', {});
  if (response === null) return 'unknown';
  if (response.status === 401) {
    preferLanguage(response.headers.get('UC-Site-Language') ?? '');
    return 'nobody';
  }
  if (response.status === 503) return laterOf(response, await ofProblem(response, 'code')) ?? 'unknown';
  return (await keep(response)) ? 'somebody' : 'unknown';
}

/** Ends the session; false when the host did not confirm it. That other nodes may know it for another moment is theirs to end. */
export async function signOut(): Promise<boolean> {
  // Without its token the host refuses.
  if (session.value === null) await whoAmI();
  const response = await request('DELETE', { 'X-CSRF-Token': session.value?.csrf ?? '' });
  if (response === null) return false;
  return response.ok || response.status === 401 || (await ofProblem(response, 'code')) === 'not-kept';
}

/** Another node takes over, or this one begins anew. */
function laterOf({ status, headers }: Response, code: string): Later | null {
  const retryAfter = Number(headers.get('Retry-After'));
  return status === 503 && retryAfter > 0 ? { retryAfter, standby: code === 'standby' } : null;
}

async function keep(response: Response): Promise<boolean> {
  if (!response.ok) return false;
  try {
    const theirs = readSession(await response.json());
    belongsTo(theirs.person);
    session.value = theirs;
    return true;
  } catch (error) {
    console.error('the host answered with a session this page cannot read', error);
    return false;
  }
}

async function request(method: string, headers: Record<string, string>, body?: string, address = SESSION): Promise<Response | null> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return await fetch(address, { method, headers: { Accept: 'application/json', ...headers }, signal, ...(body === undefined ? {} : { body }) });
  } catch {
    return null;
  }
}
