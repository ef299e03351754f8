/** Whose session this is, signing in, and the texts of a language. Callbacks: Internet Explorer has neither `fetch` nor `Promise`. */

const SESSION = '/api/v1/session';
const PAGES = '/api/v1/pages';
const TEXTS = '/api/v1/texts/';
const PATIENCE_MS = 8_000;

/** `status` 0: the host is out of reach. `code` and `detail`: of the problem (RFC 9457); `retryAfter`: in seconds, 0 where it says nothing. */
export interface Answer {
  status: number;
  code: string;
  detail: string;
  retryAfter: number;
}

// An old browser keeps answers to GET unless the address is new.
const anew = (address: string): string => `${address}?at=${new Date().getTime()}`;

export const whoAmI = (answered: (answer: Answer) => void): void => {
  ask('GET', anew(SESSION), null, (request) => { answered(answerOf(request)); });
};

/** Why the host opens no page: a browser does not tell why a WebSocket was refused. */
export const whyNoPage = (answered: (answer: Answer) => void): void => {
  ask('GET', anew(PAGES), null, (request) => { answered(answerOf(request)); });
};

export const signIn = (user: string, password: string, answered: (answer: Answer) => void): void => {
  ask('POST', SESSION, JSON.stringify({ user, password }), (request) => { answered(answerOf(request)); });
};

/** The language file as the host has it; null: it is out of reach. */
export const textsOf = (tag: string, answered: (file: string | null) => void): void => {
  ask('GET', TEXTS + tag, null, ({ status, responseText }) => { answered(status === 200 ? responseText : null); });
};

function answerOf(request: XMLHttpRequest): Answer {
  const { status } = request;
  const retryAfter = status === 0 ? 0 : Number(request.getResponseHeader('Retry-After'));
  return { status, ...problemOf(request), retryAfter: retryAfter > 0 ? retryAfter : 0 };
}

/** Empty where there is none: something in between may have answered. */
function problemOf({ status, responseText }: XMLHttpRequest): Pick<Answer, 'code' | 'detail'> {
  try {
    const { code, detail } = (status < 400 ? {} : JSON.parse(responseText)) as Record<string, unknown>;
    return { code: wordsOf(code), detail: wordsOf(detail) };
  } catch {
    return { code: '', detail: '' };
  }
}

const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function ask(method: string, address: string, body: string | null, answered: (request: XMLHttpRequest) => void): void {
  const request = new XMLHttpRequest();
  request.open(method, address);
  request.timeout = PATIENCE_MS;
  if (body !== null) request.setRequestHeader('Content-Type', 'application/json');
  request.onloadend = () => {
    answered(request);
  };
  request.send(body);
}
