/** The time of this page, in milliseconds: a clock that is set right makes no button dead and lets nothing last. */
export const time = (): number => performance.now();
