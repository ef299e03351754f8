/** Which buttons a card shows, and where. Pure: the host decides what there is, this what is in front. */

import type { Call, CallButton } from '../frames';

/** What one button of a card does: a button of the host's, or a form that ends in one of several. */
export interface Shown {
  /** Names it on the card. */
  name: string;
  button: CallButton;
  /** The call it acts on. */
  of: Call;
}

/** What stands in the first row; the rest is folded. */
export interface Buttons {
  main: Shown[];
  seldom: Shown[];
}

/** Buttons that ask for a number, each with the one that asks it of who is consulted first. */
export const forms = {
  transfer: ['transfer', 'consultTransfer'],
  conference: ['conference', 'consultConference'],
  redirect: ['redirect'],
} as const satisfies Record<string, readonly CallButton[]>;
export type Form = keyof typeof forms;

export const isForm = (name: string): name is Form => Object.hasOwn(forms, name);

const inFront: ReadonlySet<CallButton> = new Set(['answer', 'hold', 'retrieve', 'transfer', 'release', 'unmute']);
const ofPairs: ReadonlySet<CallButton> = new Set(['completeTransfer', 'completeConference', 'alternate', 'reconnect']);

/** The buttons of one call: a form once, by whichever of its ways there is. */
function own(call: Call): Shown[] {
  const shown: Shown[] = [];
  for (const button of call.buttons) {
    const form = (Object.keys(forms) as Form[]).find((name) => (forms[name] as readonly CallButton[]).includes(button));
    const name = form ?? button;
    if (!shown.some((other) => other.name === name)) shown.push({ name, button: form ?? button, of: call });
  }
  return shown;
}

/** The buttons of a card: of a pair, what is done with both comes first, and ending it by hand is seldom. */
export function buttonsOf(call: Call, consult: Call | undefined): Buttons {
  if (consult === undefined) {
    const all = own(call);
    return { main: all.filter(({ button }) => inFront.has(button)), seldom: all.filter(({ button }) => !inFront.has(button)) };
  }
  const reconnects = consult.buttons.includes('reconnect');
  const both = own(consult).map((shown) => (shown.button === 'release' ? { ...shown, name: 'releaseConsult' } : shown));
  const isMain = ({ button }: Shown): boolean => ofPairs.has(button) || button === 'retrieve' || button === 'unmute' || (button === 'release' && !reconnects);
  const first = own(call).map((shown) => ({ ...shown, name: shown.button === 'release' ? 'releaseCaller' : `caller-${shown.name}` }));
  const ofCaller = (shown: Shown): boolean => shown.button === 'retrieve' || shown.button === 'unmute';
  return {
    main: [...both.filter(isMain), ...first.filter(ofCaller)],
    seldom: [...both.filter((shown) => !isMain(shown)), ...first.filter((shown) => !ofCaller(shown))],
  };
}
