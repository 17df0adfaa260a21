/** Whole numbers from 0 up to, not including, the argument; the same seed gives the same ones for ever. */
export type RandomSource = (below: number) => number;

/** Source: Marsaglia, "Xorshift RNGs", 2003, with the seed mixed so that small seeds differ at once. */
export function randomSource(seed: number): RandomSource {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
