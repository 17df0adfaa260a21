/**
 * Passes values on in the order of their numbers, whatever order they come in: early ones wait.
 *
 * @returns a function that takes the value of a number, once for each number from 0
 */
export function inOrder<T>(emit: (value: T) => void): (index: number, value: T) => void {
  const early = new Map<number, T>();
  let next = 0;
  return (index, value) => {
    early.set(index, value);
    for (let found = early.get(next); found !== undefined; found = early.get(next)) {
      early.delete(next++);
      emit(found);
    }
  };
}
