/** Text of an estimated number. */
export interface EstimatedCount {
  readonly executions: number;
  readonly low: number;
  readonly high: number;
}

/** `about 14,000 (9,100 to 22,000)`: the estimate to two digits, and its interval. */
export function estimateText({ executions, low, high }: EstimatedCount): string {
  if (low === high) return `about ${rounded(executions, Math.round)}`;
  return `about ${rounded(executions, Math.round)} (${rounded(low, Math.floor)} to ${rounded(high, Math.ceil)})`;
}

/** To two digits; the ends of an interval are rounded outwards, so that the printed interval contains the exact one. */
function rounded(value: number, to: (value: number) => number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
  return (to(value / unit) * unit).toLocaleString("en");
}
