/** Signing in and out over HTTP. The session itself is an HttpOnly cookie that this page never sees. */

import { readSession } from './frames';
import { session } from './store';

const SESSION = '/api/v1/session';
/** The WebSocket's address. */
export const PAGES = '/api/v1/pages';
/** A request that takes longer has failed: the page must not wait for a half-open connection. */
const PATIENCE_MS = 8_000;

/** `detail`: why the host refused, in its own words. */
export type SignInResult = 'ok' | 'refused' | 'unreachable' | { retryAfter: number } | { detail: string };

export async function signIn(user: string, password: string): Promise<SignInResult> {
  const response = await request('POST', { 'Content-Type': 'application/json' }, JSON.stringify({ user, password }));
  if (response === null) return 'unreachable';
  if (response.status === 429) return { retryAfter: Number(response.headers.get('Retry-After')) || 30 };
  if (response.status === 401) return 'refused';
  if (await keep(response)) return 'ok';
  const detail = await detailOf(response);
  return detail === '' ? 'unreachable' : { detail };
}

/** The words of a problem (RFC 9457); empty: there are none. */
async function detailOf(response: Response): Promise<string> {
  if (response.ok || response.headers.get('Content-Type') !== 'application/problem+json') return '';
  const problem = (await response.json().catch(() => null)) as { detail?: unknown } | null;
  return typeof problem?.detail === 'string' ? problem.detail : '';
}

/** Whether this account may open pages. A browser does not say why a WebSocket was refused, but a plain request does. */
export async function hasNoPage(): Promise<boolean> {
  return (await request('GET', {}, undefined, PAGES))?.status === 403;
}

/** Asks the host whose session this is; `unknown` when it is out of reach. */
export async function whoAmI(): Promise<'somebody' | 'nobody' | 'unknown'> {
  const response = await request('GET', {});
  if (response === null) return 'unknown';
  if (response.status === 401) return 'nobody';
  return (await keep(response)) ? 'somebody' : 'unknown';
}

/** Ends the session; false when the host did not confirm it. */
export async function signOut(): Promise<boolean> {
  const response = await request('DELETE', { 'X-CSRF-Token': session.value?.csrf ?? '' });
  return response !== null && (response.ok || response.status === 401);
}

async function keep(response: Response): Promise<boolean> {
  if (!response.ok) return false;
  try {
    session.value = readSession(await response.json());
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
