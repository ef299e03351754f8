/** What the page shows of the host's last word. Pure but for the elements it makes. */

import type { Call, CallButton, Form, FormField, Pair, Preview, Snapshot } from '../frames';
import { broadcastOf, titleOf } from '../media';
import { placeOf } from '../outside';
import { button, element, type Child } from './dom';
import { sayState } from '../reasons';
import { forgetChoice, hearChoice } from './state-choice';
import { t } from './texts';

export interface Actions {
  choose: (id: string) => void;
  answer: (id: number, accept: boolean) => void;
  press: (call: Call, button: CallButton) => void;
  back: () => void;
}

const looks: Readonly<Partial<Record<CallButton, string>>> = { answer: 'accept', release: 'decline' };
/** What asks for a number or digits is on the page in the browser: here is no room for it. */
const elsewhere = ['transfer', 'conference', 'redirect', 'consultTransfer', 'consultConference', 'digits'] as const;
const isHere = (name: CallButton): name is Exclude<CallButton, (typeof elsewhere)[number]> => !elsewhere.some((other) => other === name);
export const callerOf = (of: { caller: string }): string => (of.caller === '' ? t('caller-unknown') : of.caller);

/** The state, and behind it the menu; `__` ids are no states of the host. */
export function stateBar(picture: Snapshot, live: boolean, actions: Actions): HTMLElement {
  const select = element('select', { id: 'state', 'data-kind': live ? picture.state.kind : 'unknown' });
  const known = picture.menu.some((entry) => entry.id === picture.state.id);
  if (!live) select.appendChild(element('option', { value: '' }, t('state-unknown')));
  else if (!known) select.appendChild(element('option', { value: '' }, sayState(picture.state, t)));
  for (const { id, text } of live ? choices(picture) : []) select.appendChild(element('option', { value: id }, text));
  select.value = live && known ? picture.state.id : '';
  // Disabled, it would lose the focus.
  if (!live || select.options.length < 2) select.setAttribute('aria-disabled', 'true');
  if (live) hearChoice(select, actions.choose);
  else forgetChoice();
  const choice = element('div', { class: 'choice' }, select);
  return element('div', { class: 'bar' }, element('label', { for: 'state' }, t('state-label')), choice);
}

const choices = ({ menu, logIn, logOut }: Snapshot): { id: string; text: string }[] => [
  ...menu,
  ...(logIn ? [{ id: '__logIn', text: t('menu-logIn') }] : []),
  ...(logOut ? [{ id: '__logOut', text: t('menu-logOut') }] : []),
];

/** Why no calls come, and the way back. */
export function missed(picture: Snapshot, live: boolean, actions: Actions): HTMLElement | null {
  if (picture.missed === undefined || picture.missed === 0) return null;
  const back = button(t('missed-back'), 'missed-back', '', live ? actions.back : null);
  return element('div', { class: 'card', role: 'status' }, element('p', {}, t('missed-title', { count: picture.missed })), element('div', { class: 'actions' }, back));
}

/** All that are open, oldest first: they stay in sight together. */
export function previewCards({ previews, form }: Snapshot, now: number, answers: Readonly<Record<number, boolean>>, live: boolean, actions: Actions): HTMLElement | null {
  if (previews.length === 0) return null;
  return element('div', { class: 'previews', id: 'previews' }, ...previews.map((preview) => previewCard(preview, form, now, answers[preview.id], live, actions)));
}

export const secondsOf = (preview: Pick<Preview, 'deadline'>, now: number): number => Math.max(0, Math.ceil((preview.deadline - now) / 1000));

/** That accepted calls go to an outside number, where the worker cannot overlook it. */
export const whereTo = (picture: Snapshot): HTMLElement | null =>
  picture.redirect?.on === true ? element('p', { class: 'notice', role: 'note' }, placeOf(picture, t)) : null;

function previewCard(preview: Preview, form: Form, now: number, given: boolean | undefined, live: boolean, actions: Actions): HTMLElement {
  const id = `preview-${preview.id}`;
  const seconds = secondsOf(preview, now);
  const usable = live && given === undefined && seconds > 0;
  const act = (accept: boolean): (() => void) | null => (usable ? () => { actions.answer(preview.id, accept); } : null);
  const accept = button(given === true ? t('preview-accepting') : t('preview-accept'), `${id}-accept`, 'accept', act(true));
  const decline = button(given === false ? t('preview-declining') : t('preview-decline'), `${id}-decline`, 'decline', act(false));
  return element(
    'div',
    { class: 'card preview', role: 'alertdialog', 'aria-labelledby': `${id}-title`, 'data-preview': String(preview.id) },
    element('span', { class: 'count', 'data-deadline': String(preview.deadline) }, t('preview-left', { seconds })),
    element('h2', { id: `${id}-title`, tabindex: '-1' }, t(titleOf(preview.mediaType), { caller: callerOf(preview) })),
    preview.redirect === undefined ? null : element('p', {}, t('preview-redirect', { number: preview.redirect })),
    element('div', { class: 'actions' }, accept, decline),
    given === undefined || live ? null : element('p', {}, t(given ? 'preview-acceptUnheard' : 'preview-declineUnheard')),
    preview.broadcast ? element('p', { class: 'quiet' }, t(broadcastOf(preview.mediaType))) : null,
    preview.notes === '' ? null : element('p', { dir: 'auto' }, preview.notes),
    facts(preview.data, preview.more ?? 0, form),
  );
}

export function callCard(call: Call, form: Form, live: boolean, isPressed: (call: Call, button: CallButton) => boolean, actions: Actions): HTMLElement {
  const id = `call-${call.connId}-${call.dn}`;
  const strip = element('div', { class: 'actions', role: 'group', 'aria-label': t('call-actions') });
  for (const name of call.buttons) {
    if (!isHere(name)) continue;
    const act = live && !isPressed(call, name) ? () => { actions.press(call, name); } : null;
    strip.appendChild(button(t(`button-${name}`), `${id}-${name}`, looks[name] ?? '', act));
  }
  return element(
    'div',
    { class: 'card call', 'data-call': call.connId },
    element('span', { class: 'count' }, live ? t(`call-${call.state}`) : t('state-unknown')),
    element('h2', { id: `${id}-title`, tabindex: '-1' }, t('call-title', { caller: callerOf(call) })),
    strip,
    facts(call.data, call.more ?? 0, form),
  );
}

/** What the site has listed under its headings, then the rest; there is no room to fold it. */
function facts(data: readonly Pair[], more: number, form: Form): Child {
  if (data.length === 0) return null;
  const list = element('dl', { class: 'facts' });
  let group = '';
  for (const pair of data) {
    const field = fieldOf(form, pair.key);
    const heading = field?.group ?? (group === '' ? '' : t('data-others'));
    if (heading !== group && heading !== '') list.appendChild(element('dt', { class: 'heading' }, heading));
    group = heading;
    list.appendChild(element('dt', {}, field === undefined ? pair.key : field.label));
    list.appendChild(element('dd', { dir: 'auto' }, ...said(pair)));
  }
  if (more > 0) list.appendChild(element('dt', { class: 'heading' }, t('data-leftOut', { number: more })));
  return list;
}

// eslint-disable-next-line @typescript-eslint/prefer-find -- Internet Explorer has no find
const fieldOf = (form: Form, key: string): FormField | undefined => form.fields.filter((field) => field.key === key)[0];

/** The value, where it leads to, and what of it was left out. */
function said({ value, link, cut }: Pair): Child[] {
  const dir = document.documentElement.dir === 'rtl' ? 'rtl' : 'ltr';
  const left = cut === undefined ? null : element('span', { class: 'quiet', dir }, ` ${t('data-cut', { number: cut })}`);
  const host = link === undefined ? null : /^https:\/\/([^/?#@\\]+)(?=[/?#])/.exec(link);
  if (link === undefined || host === null) return [value, left];
  const anchor = element('a', { href: link, target: '_blank', rel: 'noopener noreferrer', title: t('help-newTab') }, value);
  return [anchor, element('span', { class: 'quiet', dir: 'ltr' }, ` ${host[1] ?? ''}`), left];
}
