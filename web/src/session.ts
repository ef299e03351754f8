/** Signing in and out over HTTP. The session itself is an HttpOnly cookie that this page never sees. */

import { readSession } from './frames';
import { session } from './store';

const ADDRESS = '/api/v1/session';
/** A request that takes longer has failed: the page must not wait for a half-open connection. */
const PATIENCE_MS = 8_000;

export type SignInResult = 'ok' | 'refused' | 'unreachable' | { retryAfter: number };

export async function signIn(user: string, password: string): Promise<SignInResult> {
  const response = await request('POST', { 'Content-Type': 'application/json' }, JSON.stringify({ user, password }));
  if (response === null) return 'unreachable';
  if (response.status === 429) return { retryAfter: Number(response.headers.get('Retry-After')) || 30 };
  if (response.status === 401) return 'refused';
  return (await keep(response)) ? 'ok' : 'unreachable';
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

async function request(method: string, headers: Record<string, string>, body?: string): Promise<Response | null> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return await fetch(ADDRESS, { method, headers: { Accept: 'application/json', ...headers }, signal, ...(body === undefined ? {} : { body }) });
  } catch {
    return null;
  }
}
