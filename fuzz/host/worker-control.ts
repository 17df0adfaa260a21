/** The words that a campaign shares with its workers. */

/** Set by the campaign, once: searches are to end, undecided. */
export const STOP = 0;

/** Added to by every worker: blocks of `EXECUTIONS_BETWEEN_QUESTIONS` executions. Wraps. */
export const PROGRESS = 1;

export const CONTROL_WORDS = 2;
