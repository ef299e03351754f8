/**
 * What the worker asked for with a press, and which nothing on the page shows from then on. What left just before the
 * connection was lost the host may never have read: it is not sent again, for nobody knows, and the worker is told.
 */

import type { Snapshot } from './frames';
import { notify } from './notices';
import { t } from './text/language';

interface Request {
  /** What problems with it are about. */
  readonly about: string;
  /** As the page calls it. */
  readonly what: string;
  /** To or with whom; empty: nobody. */
  readonly whom: string;
  /** Something has come of it. */
  readonly done: (now: Snapshot) => boolean;
  /** In milliseconds. */
  readonly at: number;
}

/** Over a connection that lives on, the host has said by then what there is to say. */
const ANSWERED_MS = 30_000;

let open: readonly Request[] = [];

export function request(about: string, what: string, done: Request['done'], whom = ''): void {
  open = [...open, { about, what, whom, done, at: Date.now() }];
}

/** How things are now. `afresh`: over another connection than what was asked for before. */
export function follow(now: Snapshot, afresh: boolean): void {
  const left = open.filter(({ done, at }) => !done(now) && (afresh || Date.now() - at < ANSWERED_MS));
  open = afresh ? [] : left;
  if (afresh) for (const { about, what, whom } of left) doubt(about, what, whom);
}

/** Nobody knows whether this was asked for. */
export const doubt = (about: string, what: string, whom = ''): void => {
  notify({ kind: 'problem', title: t('asked-unsure', { what }), text: whom, about });
};

/** The host has refused something of this kind, or of any. */
export const refuse = (about?: string): void => {
  open = open.filter((one) => about !== undefined && one.about !== about);
};

/** Nothing of the worker stays in memory. */
export const forget = (): void => {
  open = [];
};
