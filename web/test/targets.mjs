/** Whom a simulated host finds. @typedef {import('../src/frames').Target} Target */

/** @returns {Target[]} */
export function targets() {
  const state = /** @type {const} */ ({ id: 'ready', icon: 'tag:ucc.genesyslab.com,2013:icons/status/ready', text: 'Ready', kind: 'ready' });
  return [
    { id: 'worker:bo', kind: 'worker', name: 'Bo Andersen', group: 'Billing', number: '7003', state },
    { id: 'worker:bea', kind: 'agent', name: 'Bea Ortiz-Wiśniewska', group: 'Claims, Gold', number: '7004', state: { ...state, id: 'lunch', icon: '', text: 'Lunch', kind: 'notReady' }, busy: true },
    {
      id: 'point:billing',
      kind: 'queue',
      name: 'Billing',
      group: 'Finance',
      number: '8000',
      statistics: [{ label: 'Waiting', format: 'number', value: 3 }, { label: 'Longest wait', format: 'seconds', value: 95 }, { label: 'Answered', format: 'percent' }],
    },
    { id: 'point:kiosk', kind: 'external', name: 'Kiosk', group: '', number: '+49 30 555' },
  ];
}

/**
 * Those asked for by id, and those of whose words each word of the query begins one.
 * @param {Target[]} targets @param {import('../src/search').Search} search @returns {Target[]}
 */
export function found(targets, { query, keep }) {
  const words = query.toLowerCase().split(' ').filter((word) => word !== '');
  /** @param {Target} target */
  const fits = ({ name, number, kind }) =>
    words.every((word) => `${name} ${number}`.toLowerCase().split(' ').some((other) => other.startsWith(word))) &&
    (words.length > 0 || (kind !== 'worker' && kind !== 'agent'));
  const kept = keep.flatMap((id) => targets.filter((target) => target.id === id));
  return [...kept, ...targets.filter((target) => fits(target) && !kept.includes(target))];
}
