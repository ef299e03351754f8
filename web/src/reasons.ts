/** Why something is not as the worker wanted it: the reasons of the host (`host/src/remark.rs`), each with its text. */

import type { Messages } from './text/messages';

/** The texts that at most the words of others are filled into: of the contact centre, a value, an agent. */
type ReasonKey = { [K in keyof Messages]: Messages[K] extends null | { words: string | number } ? K : never }[keyof Messages];

export const reasonKeys = {
  'not-yours': 'refused-notYours',
  'call-over': 'refused-callOver',
  'call-not-now': 'refused-callNotNow',
  'call-moved': 'refused-callMoved',
  'call-no-dial': 'refused-callNoDial',
  'call-number': 'refused-callNumber',
  'call-digits': 'refused-callDigits',
  'call-refused': 'refused-callRefused',
  'call-unanswered': 'refused-callUnanswered',
  'call-unsupported': 'refused-callUnsupported',
  'note-not-now': 'refused-noteNotNow',
  'data-there': 'refused-dataThere',
  'data-gone': 'refused-dataGone',
  'data-moved': 'refused-dataMoved',
  'data-not-now': 'refused-dataNotNow',
  'text-long': 'refused-textLong',
  'text-control': 'refused-textControl',
  'text-empty': 'refused-textEmpty',
  'chat-over': 'refused-chatOver',
  'chat-full': 'refused-chatFull',
  'reload': 'refused-reload',
  'state-platform': 'refused-statePlatform',
  'state-waits': 'refused-stateWaits',
  'state-waits-agent': 'refused-stateWaitsAgent',
  'state-unoffered': 'refused-stateUnoffered',
  'state-lost': 'refused-stateLost',
  'state-refused': 'refused-stateRefused',
  'preview-closed': 'refused-previewClosed',
  'preview-redirected': 'refused-previewRedirected',
  'number-empty': 'refused-numberEmpty',
  'number-none': 'refused-numberNone',
  'number-short': 'refused-numberShort',
  'number-long': 'refused-numberLong',
  'number-outside': 'refused-numberOutside',
  'number-forbidden': 'refused-numberForbidden',
  'redirect-locked': 'refused-redirectLocked',
  'redirect-not-kept': 'refused-redirectNotKept',
  'redirect-none': 'refused-redirectNone',
  'outcome-closed': 'refused-outcomeClosed',
  'outcome-waits': 'refused-outcomeWaits',
  'outcome-unreachable': 'refused-outcomeUnreachable',
  'outcome-no-code': 'refused-outcomeNoCode',
  'outcome-no-note': 'refused-outcomeNoNote',
  'outcome-empty': 'refused-outcomeEmpty',
  'outcome-refused': 'refused-outcomeRefused',
  'outcome-otherwise': 'refused-outcomeOtherwise',
  'line-decided': 'refused-lineDecided',
  'line-asks-again': 'refused-lineAsksAgain',
  'line-no-state': 'refused-lineNoState',
  'line-agent': 'refused-lineAgent',
  'line-says': 'refused-lineSays',
} as const satisfies Readonly<Record<string, ReasonKey>>;

export type Why = keyof typeof reasonKeys;

export interface Remark {
  why: Why;
  /** Of others; none: there are none. */
  words?: string;
}

interface State {
  id: string;
  text: string;
  words?: string;
}

/** The states of which the site says nothing: what each is called. */
const predefined = {
  predefLoggedOut: 'predef-loggedOut',
  predefOutOfService: 'predef-outOfService',
  predefReady: 'predef-ready',
  predefPartReady: 'predef-partReady',
  predefNotReady: 'predef-notReady',
  predefAfterCallWork: 'predef-afterCallWork',
  predefOtherAgent: 'predef-otherAgent',
} as const satisfies Readonly<Record<string, ReasonKey>>;

type Say = (key: ReasonKey | 'predef-notReadyFor', places: { words: string }) => string;

/** A reason in the language of the page. */
export const sayReason = ({ why, words = '' }: Remark, say: Say): string => say(reasonKeys[why], { words });

/** A state as the site calls it, else as the page does. */
export function sayState({ id, text, words = '' }: State, say: Say): string {
  if (text !== '') return text;
  if (id === 'predefNotReady' && words !== '') return say('predef-notReadyFor', { words });
  return Object.prototype.hasOwnProperty.call(predefined, id) ? say(predefined[id as keyof typeof predefined], { words }) : id;
}
