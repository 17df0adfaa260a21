/** As wide as the terminal, within what can be read; 118 where there is none. */
export function storyWidth({ columns }: { readonly columns?: number }): number {
  return columns === undefined ? 118 : Math.min(160, Math.max(80, columns));
}
