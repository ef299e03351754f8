/** What the service worker and the pages tell each other. */

/** What a notification knows of who waits. */
export interface Known {
  /** The preview that Accept and Decline are aimed at; null: a call, without them. */
  preview: number | null;
  /** The outside number that it showed; empty: none. */
  redirect: string;
  /** The card on the page. */
  card: string;
  /** What the notification says when an answer came to nothing; `moved` is younger than the others. */
  texts: Readonly<Record<'over' | 'away', string> & { moved?: string }>;
  /** It says just that. */
  spent: boolean;
}

/** To a page, with a port for its `Answered`. */
export interface Answer {
  type: 'answer';
  preview: number;
  accept: boolean;
  /** What the notification showed, for a page of another version: none where it does not say. */
  redirect?: string;
}

/** To a page: show who was clicked on. */
export interface Show {
  type: 'show';
  card: string;
}

/** From a page: the host hears the answer, the preview is over, or this page has no connection. */
export interface Answered {
  preview: number;
  outcome: 'sent' | 'over' | 'moved' | 'away';
}
