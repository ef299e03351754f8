/**
 * Chats for the client's own tests.
 * @typedef {import('../src/chat/frames').Chat} Chat
 * @typedef {import('../src/chat/frames').ChatEntry} ChatEntry
 */

/** @param {Partial<Chat>} [change] @returns {Chat} */
export function chat(change = {}) {
  return {
    connId: '00c4000000000001',
    dn: '7001',
    since: 1_700_000_000_000,
    subject: 'Invoice of May',
    parties: ['7050'],
    state: 'open',
    words: '',
    until: 0,
    call: '',
    data: [{ key: 'Order', value: '4711' }],
    unread: 0,
    revision: 0,
    dropped: 0,
    missing: 0,
    delivered: 0,
    read: 0,
    outbox: [],
    ...change,
  };
}

/** A line of a chat, by its number. @param {number} revision @param {Partial<ChatEntry>} [change] @returns {ChatEntry} */
export function line(revision, change = {}) {
  return { order: revision, revision, time: 1_700_000_000_000 + revision * 1_000, party: '7050', own: false, kind: 'line', text: `line ${revision}`, ...change };
}
