import { useSignal } from '@preact/signals';
import type { StateKind } from '../frames';

/** Icons that a presence document names by id (host/docs/requirements.md, "Presence definition document"). */
const PREDEFINED = 'tag:ucc.genesyslab.com,2013:icons/status/';
type Figure = StateKind | 'dnd' | 'unknown';
const named: Readonly<Record<string, Figure>> = {
  ready: 'ready',
  partready: 'partReady',
  notready: 'notReady',
  dnd: 'dnd',
  loggedout: 'loggedOut',
  outofservice: 'outOfService',
};

/** A state's icon, 16×16. Each kind has its own figure, so that colour is never the only sign. */
export function StateIcon({ icon, kind }: { icon: string; kind: StateKind | 'unknown' }) {
  const broken = useSignal('');
  if (kind !== 'unknown' && icon !== '' && !icon.startsWith(PREDEFINED) && broken.value !== icon) {
    return <img class="state-icon" src={icon} width={16} height={16} alt="" onError={() => (broken.value = icon)} />;
  }
  const figure = kind === 'unknown' ? kind : (named[icon.slice(PREDEFINED.length).toLowerCase()] ?? kind);
  return (
    <svg class={`state-icon figure-${figure}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      {drawn(figure)}
    </svg>
  );
}

function drawn(figure: Figure) {
  switch (figure) {
    case 'ready':
      return (
        <>
          <circle cx="8" cy="8" r="7.5" class="fill-ready" />
          <path d="M4.500 8.300l2.300 2.300 4.700-4.900" class="mark" />
        </>
      );
    case 'partReady':
      return (
        <>
          <path d="M8 .5a7.500 7.500 0 0 0 0 15z" class="fill-ready" />
          <path d="M8 .5a7.500 7.500 0 0 1 0 15z" class="fill-not-ready" />
          <path d="M8 .5v15" class="mark" />
        </>
      );
    case 'notReady':
      return (
        <>
          <circle cx="8" cy="8" r="7.5" class="fill-not-ready" />
          <path d="M6 5v6M10 5v6" class="mark" />
        </>
      );
    case 'dnd':
      return (
        <>
          <circle cx="8" cy="8" r="7.5" class="fill-bad" />
          <path d="M4.500 8h7" class="mark" />
        </>
      );
    case 'outOfService':
      return (
        <>
          <rect x=".5" y=".5" width="15" height="15" rx="3" class="fill-bad" />
          <path d="M5 5l6 6M11 5l-6 6" class="mark" />
        </>
      );
    case 'loggedOut':
      return <circle cx="8" cy="8" r="6.5" class="line-quiet" />;
    case 'unknown':
      return (
        <>
          <circle cx="8" cy="8" r="6.5" class="line-quiet dashed" />
          <path d="M6.300 6.300a1.800 1.800 0 1 1 2.600 1.700c-.6.3-.9.6-.9 1.300M8 11.300v.3" class="line-quiet" />
        </>
      );
  }
}
