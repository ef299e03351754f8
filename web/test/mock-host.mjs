/**
 * A host for the client's own tests: serves `dist/`, signs in, and speaks the frames of the pages' WebSocket.
 * It plays what it is told; it knows no rules of previews or calls beyond ending what was answered.
 * `node test/mock-host.mjs` starts it alone, with a small scene that repeats.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { call, consult, hotkeys, preview, scene } from './mock-scene.mjs';
import { problem, refusalOf } from './mock-refusals.mjs';
import { found, targets } from './targets.mjs';

export { call, consult, hotkeys, preview, scene };

/**
 * @typedef {import('../src/frames').ServerFrame} ServerFrame
 * @typedef {import('../src/frames').ClientFrame} ClientFrame
 * @typedef {import('../src/frames').Snapshot} Snapshot
 * @typedef {import('../src/frames').Target} Target
 * @typedef {import('../src/chat/frames').Chat} Chat
 * @typedef {import('../src/chat/frames').ChatEntry} ChatEntry
 */

const dist = new URL('../dist/', import.meta.url);
const languages = new URL('../src/languages/', import.meta.url);
/** @type {Record<string, string>} */
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
/** No inline script, no inline style, nothing from elsewhere: as strict as the host's own. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const PASSWORD = 'right';
const COOKIE = 'uc=1';
const CSRF = 'csrf-of-the-test';
/** A host on a free port of the loopback address. */
export class MockHost {
  /** What a page is told when it opens. @type {Snapshot} */
  picture = scene();
  /** Where help is; empty: nowhere. */
  helpUrl = '';
  /** What its files end with: those of a later build do. */
  build = '';
  /** The site's keys. */
  hotkeys = hotkeys;
  /** What the site says otherwise, by language. @type {Record<string, string>} */
  texts = {};
  /** Whether it has no texts to give. */
  speechless = false;
  /** The query of the last page. */
  query = '';
  /** What was said in its chats. @type {ChatEntry[]} */
  said = [];
  /** Whether the account is a worker's. */
  worker = true;
  /** What the pages sent. @type {ClientFrame[]} */
  received = [];
  /** @type {ClientFrame[]} What was looked for. */
  searched = [];
  /** @type {Target[]} Whom it finds: those asked for by id, and those of whose words each word of the query begins one. */
  targets = [];
  /** How many pages the worker may have open. */
  mostPages = 10;
  /** Whether pages and requests are turned away. */
  down = false;
  /** As a standby node it asks everybody to come back in so many seconds; 0: it serves. */
  takeover = 0;
  /** It serves, and no node that it reaches works for the worker: pages are to come back in so many seconds; 0: one does. */
  undriven = 0;
  /** How many sockets it has turned away. */
  turnedAway = 0;
  /** Whether it hears its pages and does nothing. */
  deaf = false;
  /** Whether its pages' connections are half open: nothing comes through, and nothing says so. */
  halfOpen = false;
  /** How the next sign-ins end; 0: by the password. */
  refuseWith = 0;
  /** The host's clock runs this far ahead of the browser's. */
  ahead = 0;
  /** How long its next snapshot is under way. */
  late = 0;
  /** How many milliseconds after its snapshot a page is cut off; 0: it is not. */
  livesFor = 0;
  /** How many pages were opened. */
  opened = 0;

  #signedIn = false;
  /** @type {Set<import('ws').WebSocket>} */
  #pages = new Set();
  #server = createServer((request, response) => void this.#serve(request, response));
  #sockets = new WebSocketServer({ noServer: true });

  /** @param {number} [port] */
  static async start(port = 0) {
    const host = new MockHost();
    host.#server.on('upgrade', (request, socket, head) => {
      const [path, query = ''] = (request.url ?? '').split('?');
      const refused = path === '/api/v1/pages' ? host.#refusal(request, true) : { status: 404 };
      if (refused.status !== 0) {
        host.turnedAway += 1;
        socket.end(`HTTP/1.1 ${refused.status} Refused\r\n\r\n`);
        return;
      }
      host.query = query;
      host.#sockets.handleUpgrade(request, socket, head, (page) => { host.#opened(page); });
    });
    await new Promise((resolve) => host.#server.listen(port, '127.0.0.1', () => { resolve(undefined); }));
    return host;
  }

  get url() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the host does not listen');
    return `http://127.0.0.1:${address.port}/`;
  }

  get signedIn() {
    return this.#signedIn;
  }

  get pages() {
    return this.#pages.size;
  }

  async stop() {
    this.drop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Back to the first picture, for the next test. */
  reset() {
    this.drop();
    Object.assign(this, { picture: scene(), texts: {}, said: [], speechless: false, helpUrl: '', hotkeys, build: '', query: '', worker: true, received: [], searched: [], targets: [], mostPages: 10, down: false, takeover: 0, undriven: 0, turnedAway: 0, deaf: false, halfOpen: false, refuseWith: 0, ahead: 0, late: 0, livesFor: 0, opened: 0 });
    this.#signedIn = false;
  }

  /** As after a restart: nobody is signed in. */
  forgetSessions() {
    this.#signedIn = false;
  }

  /** Cuts every page off without a word. */
  drop() {
    for (const page of this.#pages) page.terminate();
    this.#pages.clear();
  }

  /** Tells every page, and keeps the picture for pages to come. @param {ServerFrame} frame */
  tell(frame) {
    const picture = this.picture;
    if (frame.type === 'previewOffer') picture.previews = [...picture.previews, untagged(frame)];
    if (frame.type === 'previewEnd') picture.previews = picture.previews.filter(({ id }) => id !== frame.id);
    if (frame.type === 'call') picture.calls = [...picture.calls.filter(({ connId }) => connId !== frame.connId), untagged(frame)];
    if (frame.type === 'callEnd') picture.calls = picture.calls.filter(({ connId }) => connId !== frame.connId);
    if (frame.type === 'chat') picture.chats = [...picture.chats.filter(({ connId }) => connId !== frame.connId), untagged(frame)];
    if (frame.type === 'chatGone') picture.chats = picture.chats.filter(({ connId }) => connId !== frame.connId);
    if (frame.type === 'outcome') picture.outcomes = [...(picture.outcomes ?? []).filter(({ id }) => id !== frame.id), untagged(frame)];
    if (frame.type === 'outcomeGone') picture.outcomes = (picture.outcomes ?? []).filter(({ id }) => id !== frame.id);
    if (frame.type === 'state') Object.assign(picture, untagged(frame));
    if (frame.type === 'signedOut') this.#signedIn = false;
    this.raw(JSON.stringify(frame));
  }

  /** A line more in a chat, and the chat as it is then. @param {Chat} of @param {ChatEntry[]} entries */
  says(of, entries) {
    const { connId, dn, since } = of;
    this.said.push(...entries);
    this.tell({ type: 'chatEntries', connId, dn, since, after: this.said.length - entries.length, upTo: this.said.length, entries });
    this.tell({ type: 'chat', ...of, revision: this.said.length });
  }

  /** @param {string} text */
  raw(text) {
    if (this.halfOpen) return;
    for (const page of this.#pages) page.send(text);
  }

  /** @param {import('ws').WebSocket} page */
  #opened(page) {
    this.#pages.add(page);
    page.on('close', () => this.#pages.delete(page));
    page.on('message', (/** @type {Buffer} */ data) => {
      if (this.halfOpen) return;
      this.#take(page, JSON.parse(data.toString()));
    });
    this.opened += 1;
    if (!this.halfOpen) this.#snapshot(page);
    if (this.livesFor > 0) setTimeout(() => { page.close(4008); }, this.livesFor);
  }

  /** @param {import('ws').WebSocket} page */
  #snapshot(page) {
    const frame = JSON.stringify({ type: 'snapshot', ...this.picture, serverTime: Date.now() + this.ahead });
    if (this.late === 0) page.send(frame);
    else setTimeout(() => { page.send(frame); }, this.late);
    this.late = 0;
  }

  /** @param {import('ws').WebSocket} page @param {ClientFrame} frame */
  #take(page, frame) {
    // What is looked for while somebody types is no action of theirs.
    if (frame.type === 'search' || frame.type === 'searchEnd') this.searched.push(frame);
    else this.received.push(frame);
    if (this.deaf) return;
    if (frame.type === 'search') this.tell({ type: 'found', query: frame.query, targets: found(this.targets, frame), more: false });
    if (frame.type === 'resync') this.#snapshot(page);
    if (frame.type === 'choose') this.#choose(frame.state);
    if (frame.type === 'chat' && frame.deed.kind === 'entries') this.#entries(page, frame.connId, frame.dn, frame.deed.after);
    if (frame.type === 'previewAnswer') {
      this.tell({ type: 'previewEnd', id: frame.id, end: frame.accept ? 'accepted' : 'rejected', text: '' });
    }
  }

  /** @param {import('ws').WebSocket} page @param {string} connId @param {string} dn @param {number} after */
  #entries(page, connId, dn, after) {
    const since = this.picture.chats.find((one) => one.connId === connId)?.since ?? 0;
    page.send(JSON.stringify({ type: 'chatEntries', connId, dn, since, after, upTo: this.said.length, entries: this.said.slice(after) }));
  }

  /** @param {string} id */
  #choose(id) {
    const entry = this.picture.menu.find((candidate) => candidate.id === id);
    if (entry === undefined) return;
    const { icon, text, ready } = entry;
    const { menu, logIn, logOut, channels } = this.picture;
    this.tell({ type: 'state', state: { id, icon, text, kind: ready ? 'ready' : 'notReady' }, menu, logIn, logOut, channels });
  }

  /** @param {import('node:http').IncomingMessage} request */
  #knows(request) {
    return this.#signedIn && (request.headers.cookie ?? '').includes(COOKIE);
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #serve(request, response) {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    if (this.takeover > 0 && path.startsWith('/api/')) problem(response, 503, 'standby', this.takeover);
    else if (this.down && path.startsWith('/api/')) response.writeHead(503).end();
    else if (path === '/api/v1/pages') this.#noPage(request, response);
    else if (path.startsWith('/api/v1/texts/')) await this.#texts(path.slice('/api/v1/texts/'.length), response);
    else if (path === '/api/v1/session') await this.#session(request, response);
    else await this.#file(path, response);
  }

  /** @param {import('node:http').IncomingMessage} request @param {boolean} webSocket */
  #refusal(request, webSocket) {
    return refusalOf(this, request, this.#knows(request), webSocket);
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  #noPage(request, response) {
    const { status, code, retryAfter } = this.#refusal(request, false);
    problem(response, status, code, retryAfter);
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #session(request, response) {
    if (request.method === 'POST') await this.#signIn(request, response);
    else if (!this.#knows(request)) problem(response, 401);
    else if (request.method === 'DELETE') this.#signOut(request, response);
    else this.#who(response);
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #signIn(request, response) {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { password } = JSON.parse(body);
    if (this.refuseWith !== 0) {
      problem(response, this.refuseWith);
      return;
    }
    if (password !== PASSWORD) {
      problem(response, 401);
      return;
    }
    this.#signedIn = true;
    response.setHeader('Set-Cookie', `${COOKIE}; HttpOnly; SameSite=Strict; Path=/`);
    this.#who(response);
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  #signOut(request, response) {
    if (request.headers['x-csrf-token'] !== CSRF) {
      problem(response, 403);
      return;
    }
    this.tell({ type: 'signedOut', why: 'asked' });
    response.writeHead(204).end();
  }

  /** @param {import('node:http').ServerResponse} response */
  #who(response) {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ person: this.picture.person, csrf: CSRF, hotkeys: this.hotkeys, ...(this.helpUrl === '' ? {} : { helpUrl: this.helpUrl }) }));
  }

  /** The client's texts of a language, then the site's. @param {string} tag @param {import('node:http').ServerResponse} response */
  async #texts(tag, response) {
    try {
      if (this.speechless || !/^[\w-]+$/.test(tag)) throw new Error('no texts');
      const own = await readFile(new URL(`${tag}.ftl`, languages), 'utf8');
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-cache' });
      response.end(`${own}\n${this.texts[tag] ?? ''}`);
    } catch {
      problem(response, 404);
    }
  }

  /** @param {string} path @param {import('node:http').ServerResponse} response */
  async #file(path, response) {
    const file = new URL(`.${path.endsWith('/') ? `${path}index.html` : path}`, dist);
    try {
      if (!file.href.startsWith(dist.href)) throw new Error('outside of dist');
      const content = await readFile(file);
      const type = types[extname(file.pathname)] ?? 'application/octet-stream';
      response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': policy, 'Cache-Control': 'no-store' });
      response.end(path.endsWith('.js') ? `${content.toString()}${this.build}` : content);
    } catch {
      response.writeHead(404).end();
    }
  }
}

/** @template {ServerFrame} F @param {F} frame @returns {Omit<F, 'type'>} */
function untagged(frame) {
  const rest = /** @type {Partial<F>} */ ({ ...frame });
  delete rest.type;
  return /** @type {Omit<F, 'type'>} */ (rest);
}

async function alone() {
  const host = await MockHost.start(Number(process.env.PORT ?? 8090));
  let id = 0;
  setInterval(() => { host.tell({ type: 'previewOffer', ...preview({ id: ++id, broadcast: id % 2 === 0 }) }); }, 20_000);
  host.targets = targets();
  host.tell({ type: 'call', ...call({ state: 'held', buttons: ['release'] }) });
  host.tell({ type: 'call', ...consult() });
  console.warn(`${host.url} (any user, password "${PASSWORD}")`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await alone();
