import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { choose, logIn, logOut } from '../actions';
import type { MenuEntry, ShownState, Snapshot } from '../frames';
import { settled, useGuard } from '../guard';
import { stateText } from '../refusals';
import { live, snapshot, wish } from '../store';
import { t } from '../text/language';
import { useFocusAlong } from './focus';
import { Keys } from './Keys';
import { ariaKeys, menuOpen as open } from './shortcuts';
import { StateIcon } from './StateIcon';

interface Item {
  id: string;
  text: string;
  icon: string;
  kind: ShownState['kind'];
  /** An entry of the presence document; otherwise logging in or out. */
  state: boolean;
  chosen: boolean;
  act: () => void;
}

/** The status indicator and, behind it, the menu of states (WAI-ARIA menu button). */
export function StateMenu() {
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const picture = snapshot.value;
  const items = picture === null ? [] : itemsOf(picture);
  const usable = live.value && items.length > 0;

  useEffect(() => {
    if (!usable) open.value = false;
  }, [usable]);
  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      if (!root.current?.contains(event.target as Node)) open.value = false;
    };
    addEventListener('pointerdown', outside);
    return () => {
      removeEventListener('pointerdown', outside);
    };
  }, []);

  const close = (): void => {
    open.value = false;
    button.current?.focus();
  };
  const toggle = (): void => {
    if (usable) open.value = !open.value;
  };
  const openByArrow = (event: KeyboardEvent): void => {
    if ((event.key !== 'ArrowDown' && event.key !== 'ArrowUp') || open.value) return;
    event.preventDefault();
    toggle();
  };

  const left = ({ relatedTarget: to }: FocusEvent): void => {
    // Where it goes to nothing, an entry may have gone with it.
    if (to instanceof Node && root.current?.contains(to) === false) open.value = false;
  };

  return (
    <div class="state-menu" ref={root} onFocusOut={left}>
      <button
        ref={button}
        type="button"
        id="state"
        class="button state-button"
        aria-haspopup="menu"
        aria-expanded={open.value}
        aria-disabled={!usable}
        aria-keyshortcuts={ariaKeys('state')}
        title={usable || picture === null || !live.value ? undefined : t('state-none')}
        data-kind={live.value ? picture?.state.kind : 'unknown'}
        data-state={live.value ? picture?.state.id : ''}
        onClick={toggle}
        onKeyDown={openByArrow}
      >
        <Indicator state={live.value ? (picture?.state ?? null) : null} />
        <Keys action="state" />
        <span class="chevron" aria-hidden="true" />
      </button>
      {open.value && <Menu items={items} close={close} />}
    </div>
  );
}

function Indicator({ state }: { state: ShownState | null }) {
  return (
    <>
      <StateIcon icon={state?.icon ?? ''} kind={state?.kind ?? 'unknown'} />
      <span class="state-text">
        <span class="hidden-text">{t('state-label')}: </span>
        {state === null ? t('state-unknown') : stateText(state)}
        {state !== null && wish.value !== null && <small>{t('state-pending', { state: wish.value.text })}</small>}
      </span>
    </>
  );
}

function itemsOf({ menu, state, logIn: offerIn, logOut: offerOut }: Snapshot): Item[] {
  const entry = (entry: MenuEntry): Item => ({
    ...entry,
    kind: entry.ready ? 'ready' : 'notReady',
    state: true,
    chosen: entry.id === state.id,
    act: () => {
      choose(entry);
    },
  });
  const other = (id: string, text: string, act: () => void): Item => ({ id, text, icon: '', kind: 'loggedOut', state: false, chosen: false, act });
  return [
    ...menu.map(entry),
    ...(offerIn ? [other('log-in', t('menu-logIn'), logIn)] : []),
    ...(offerOut ? [other('log-out', t('menu-logOut'), logOut)] : []),
  ];
}

function Menu({ items, close }: { items: Item[]; close: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  const drawn = useRef(false);
  useFocusAlong(list, '[role^=menuitem]', 'state');
  const entries = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
  useLayoutEffect(() => {
    const all = entries();
    (all.find((entry) => entry.ariaChecked === 'true') ?? all[0])?.focus();
    drawn.current = true;
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const target = destination(event, at, all);
    if (event.key === 'Escape') close();
    else if (event.key === 'Tab') close();
    else if (target !== undefined) target.focus();
    else return;
    if (event.key !== 'Tab') event.preventDefault();
  };

  return (
    <div class="menu" role="menu" aria-label={t('state-menu')} ref={list} onKeyDown={onKeyDown}>
      {items.map((item) => (
        <Entry key={item.id} item={item} asked={!drawn.current} close={close} />
      ))}
    </div>
  );
}

/** The list may change under the pointer; what the worker has just opened they aim at soon. */
function Entry({ item, asked, close }: { item: Item; asked: boolean; close: () => void }) {
  const entry = useRef<HTMLButtonElement>(null);
  useGuard(entry, asked);
  return (
    <button
      ref={entry}
      type="button"
      class={item.state ? 'menu-item' : 'menu-item apart'}
      role={item.state ? 'menuitemradio' : 'menuitem'}
      aria-checked={item.state ? item.chosen : undefined}
      tabIndex={-1}
      data-choice={item.id}
      onClick={() => {
        if (!settled(entry.current)) return;
        item.act();
        close();
      }}
    >
      {item.state ? <StateIcon icon={item.icon} kind={item.kind} /> : <span class="state-icon" />}
      <span>{item.text}</span>
    </button>
  );
}

/** Where a key moves the focus: arrows go round, Home and End jump, a letter finds the next entry that begins with it. */
function destination(event: KeyboardEvent, at: number, all: HTMLElement[]): HTMLElement | undefined {
  switch (event.key) {
    case 'ArrowDown':
      return all[(at + 1) % all.length];
    case 'ArrowUp':
      return all[(at - 1 + all.length) % all.length];
    case 'Home':
      return all[0];
    case 'End':
      return all.at(-1);
    default:
      break;
  }
  if (event.key.length !== 1 || event.key === ' ' || event.altKey || event.ctrlKey || event.metaKey) return undefined;
  const begins = (entry: HTMLElement): boolean => entry.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase());
  return [...all.slice(at + 1), ...all.slice(0, at + 1)].find(begins);
}
