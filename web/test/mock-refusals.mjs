/** How the simulated host turns somebody away: as the host does, with the codes of its problems. */

/**
 * @typedef {object} Refusal
 * @property {number} status 0: none.
 * @property {string} [code]
 * @property {number} [retryAfter] In seconds.
 */

/**
 * Why no page is opened. Who sends a WebSocket must name where it comes from; a plain request, with which browsers name
 * nothing, is told the reason.
 * @param {import('./mock-host.mjs').MockHost} mock @param {import('node:http').IncomingMessage} request
 * @param {boolean} knows @param {boolean} webSocket @returns {Refusal}
 */
export function refusalOf(mock, request, knows, webSocket) {
  const { origin, host } = request.headers;
  if (mock.takeover > 0) return { status: 503, code: 'standby', retryAfter: mock.takeover };
  if (mock.down) return { status: 503 };
  if (webSocket && origin !== `http://${host}`) return { status: 403, code: 'foreign-origin' };
  if (!knows) return { status: 401, code: 'signed-out' };
  if (!mock.worker) return { status: 403, code: 'no-worker' };
  if (mock.undriven > 0) return { status: 503, code: 'standby', retryAfter: mock.undriven };
  if (mock.pages >= mock.mostPages) return { status: 429, code: 'too-many-pages', retryAfter: 30 };
  return webSocket ? { status: 0 } : { status: 400, code: 'no-websocket' };
}

/** @param {import('node:http').ServerResponse} response @param {number} status @param {string} [code] @param {number} [retryAfter] */
export function problem(response, status, code = 'refused', retryAfter = status === 429 ? 12 : 0) {
  response.writeHead(status, { 'Content-Type': 'application/problem+json', ...(retryAfter > 0 ? { 'Retry-After': String(retryAfter) } : {}) });
  response.end(JSON.stringify({ type: `urn:uc-connector:problem:${code}`, title: 'Refused', code, detail: `It answers ${status}.`, status }));
}
