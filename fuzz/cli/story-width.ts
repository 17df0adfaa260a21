/** The terminal's width, within readable limits; 118 without a terminal. */
export function storyWidth({ columns }: { readonly columns?: number }): number {
  return columns === undefined ? 118 : Math.min(160, Math.max(80, columns));
}
