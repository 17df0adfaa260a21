const numbers = new Intl.NumberFormat("en-US");

/** `1,234`. */
export function numberText(value: number): string {
  return numbers.format(value);
}
