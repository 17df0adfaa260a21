/** The memory that scenarios run on, as verdicts name it. */
export const MEMORY = "sequentially consistent";
