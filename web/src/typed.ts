/** What the worker has typed into the number forms of a call, or to dial (then without ConnID). It is there again when the form is opened anew, until the call shows that it counts, or is gone. */

import type { Call, Target } from './frames';
import { sameCall } from './snapshot';

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

/** Only these calls are there. */
export const keepOnly = (calls: readonly Of[]): void => {
  kept = kept.filter((one) => one.connId === '' || calls.some((call) => sameCall(call, one)));
};

/** Nothing of the worker stays in memory. */
export const forget = (): void => {
  kept = [];
};
