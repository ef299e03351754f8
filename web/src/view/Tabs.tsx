import { useSignal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useRef } from 'preact/hooks';
import { missed } from '../history';
import { t, type PlainKey } from '../text/language';
import { Alerts } from './Alerts';
import { Channels } from './Channels';
import { HelpLink } from './HelpLink';
import { PastPreviews } from './PastPreviews';

const tabs = ['channels', 'past', 'settings'] as const;
type Tab = (typeof tabs)[number];
const panels: Record<Tab, FunctionComponent> = { channels: Channels, past: PastPreviews, settings: Alerts };
const names: Record<Tab, PlainKey> = { channels: 'tab-channels', past: 'tab-past', settings: 'tab-settings' };

/** The side of the desk: channels, past previews and alerts (WAI-ARIA tabs, selection follows focus). */
export function Tabs() {
  const shown = useSignal<Tab>('channels');
  const list = useRef<HTMLDivElement>(null);

  const move = (event: KeyboardEvent): void => {
    const next = neighbour(event, tabs.indexOf(shown.value));
    if (next === undefined) return;
    event.preventDefault();
    shown.value = next;
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };

  const Panel = panels[shown.value];
  return (
    <section class="side card" aria-label={t('tab-list')}>
      <div class="tabs-row">
        <div class="tabs" role="tablist" aria-label={t('tab-list')} ref={list} onKeyDown={move}>
          {tabs.map((tab) => (
            <button
              key={tab}
              type="button"
              id={`tab-${tab}`}
              class="tab"
              role="tab"
              aria-selected={tab === shown.value}
              aria-controls="tab-panel"
              tabIndex={tab === shown.value ? 0 : -1}
              onClick={() => (shown.value = tab)}
            >
              {t(names[tab])}
              {tab === 'past' && <Missed />}
            </button>
          ))}
        </div>
        <HelpLink part={shown.value} name={t(names[shown.value])} />
      </div>
      <div class="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby={`tab-${shown.value}`} tabIndex={0}>
        <Panel />
      </div>
    </section>
  );
}

/** How many were missed since the worker looked. */
function Missed() {
  const count = missed.value;
  if (count === 0) return null;
  return (
    <span class="badge">
      <span class="hidden-text">{t('past-missed', { count })}</span>
      <span aria-hidden="true">{count}</span>
    </span>
  );
}

function neighbour(event: KeyboardEvent, at: number): Tab | undefined {
  const forward = document.documentElement.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
  const backward = document.documentElement.dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
  if (event.key === forward) return tabs[(at + 1) % tabs.length];
  if (event.key === backward) return tabs[(at - 1 + tabs.length) % tabs.length];
  if (event.key === 'Home') return tabs[0];
  return event.key === 'End' ? tabs.at(-1) : undefined;
}
