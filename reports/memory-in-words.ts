/** The memory that scenarios run on, as named in verdicts. */
export const MEMORY = "sequentially consistent";

/** The memory that a scenario was explored on: that of a weak model, if one is named. */
export function memoryInWords(model?: string): string {
  return model === undefined ? MEMORY : `${model} without cycles of program order and reads-from`;
}
