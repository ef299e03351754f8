/** What the worker has typed into the number forms of a call, or into those of none (then without ConnID). It is there again when the form is opened anew, until the call shows that it counts, or is gone. */

import type { Call, Target } from './frames';
import { notify } from './notices';
import { sameCall } from './snapshot';
import { t, type PlainKey } from './text/language';

export interface Typed {
  text: string;
  chosen: Target | null;
  note: string;
}

interface Kept extends Typed {
  connId: string;
  dn: string;
  form: string;
  /** It was asked for, and nobody knows what became of it. */
  sent: boolean;
}

type Of = Pick<Call, 'connId' | 'dn'>;

let kept: readonly Kept[] = [];

const without = (of: Of, form: string): readonly Kept[] => kept.filter((one) => one.form !== form || !sameCall(one, of));

export const typedIn = (of: Of, form: string): Typed | undefined => kept.find((one) => one.form === form && sameCall(one, of));

export function keep({ connId, dn }: Of, form: string, typed: Typed, sent: boolean): void {
  kept = [...without({ connId, dn }, form), { ...typed, connId, dn, form, sent }];
}

export const drop = (of: Of, form: string): void => {
  kept = without(of, form);
};

/** The host tells a call anew: what was sent has been heard. */
export const heard = (of: Of): void => {
  kept = kept.filter((one) => !one.sent || !(sameCall(one, of) || (one.connId === '' && one.dn === of.dn)));
};

/** The host, or the T-Server, does not do what was asked for: it is the worker's again. */
export const refuse = (): void => {
  kept = kept.map((one) => ({ ...one, sent: false }));
};

/** A call has ended before anything came of what was sent: that is the worker's again. */
export const cameToNothing = (of: Of): void => {
  const gone = kept.filter((one) => one.sent && sameCall(one, of));
  kept = kept.filter((one) => !gone.includes(one));
  gone.forEach((one) => { tellLost(one, 'press-lost'); });
};

/** Only these calls are there. What was typed for the others and did not leave the page is the worker's again. */
export const keepOnly = (calls: readonly Of[]): void => {
  const stays = (one: Kept): boolean => one.connId === '' || calls.some((call) => sameCall(call, one));
  const gone = kept.filter((one) => !stays(one) && !one.sent);
  kept = kept.filter(stays);
  gone.forEach((one) => { tellLost(one, 'typed-lost'); });
};

/** A note for a colleague is written that has not left the page. */
export const hasNote = (): boolean => kept.some(({ note, sent }) => !sent && note.trim() !== '');

/** As the forms of a call are called. */
const names: Readonly<Record<string, PlainKey>> = { transfer: 'button-transfer', conference: 'button-conference', redirect: 'button-redirect' };

function tellLost({ form, text, note }: Kept, why: 'press-lost' | 'typed-lost'): void {
  const typed = [text, note].filter((part) => part.trim() !== '').join('\n');
  const name = names[form];
  if (typed !== '' && name !== undefined) notify({ kind: 'problem', title: t(why, { what: t(name) }), text: typed });
}

/** Nothing of the worker stays in memory. */
export const forget = (): void => {
  kept = [];
};
