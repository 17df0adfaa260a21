import type { Address } from "./access.ts";

/** The fields of a struct by name, with their size in words. */
export type Fields = Readonly<Record<string, number>>;

/** The layout of a struct without its type parameters: enough to name a word. */
export interface StructLayout {
  readonly structName: string;
  /** Size in words. */
  readonly words: number;
  /** How many of them, at the end, belong to rarely accessed fields. */
  readonly rareWords?: number;
  /** The address that the word at `offset` holds, for fields whose words hold more than an address. */
  readonly addressIn?: (offset: number, word: number) => Address;
  /** Name of the word at `offset`, such as `left` or `address[2]`. */
  readonly wordName: (offset: number) => string;
}

/** A struct: for each field, a function that gives the field's address in the object at `base`. */
export type Struct<F extends Fields> = StructLayout & { readonly [Field in keyof F]: (base: Address) => Address };

/**
 * The same struct, whose named fields hold an address together with a tag or a count, with the way to get the address.
 *
 * @throws RangeError for a field that the struct does not have
 */
export function withTags<S extends StructLayout>(
  layout: S,
  addressOf: Readonly<Record<string, (word: number) => Address>>,
): S {
  const names = Array.from({ length: layout.words }, (_, offset) => layout.wordName(offset).replace(/\[\d+\]$/, ""));
  const unknown = Object.keys(addressOf).find((field) => !names.includes(field));
  if (unknown !== undefined) throw new RangeError(`${layout.structName} has no field ${unknown}`);
  return { ...layout, addressIn: (offset, word) => addressOf[names[offset] ?? ""]?.(word) ?? word };
}

/**
 * Lays fields out in the order given, without padding: a word is 4 bytes.
 *
 * @param rare fields that follow the others; on real threads they are stored elsewhere, to save room in the cache
 * lines that are fetched often
 * @throws RangeError if a field has no words, or takes a name of `StructLayout`
 */
export function struct<const F extends Fields, const R extends Fields = {}>(
  structName: string,
  fields: F,
  rare?: R,
): Struct<F & R> {
  const names: string[] = [];
  const accessors: Record<string, (base: Address) => Address> = {};
  for (const [field, words] of Object.entries({ ...fields, ...rare })) {
    if (!Number.isInteger(words) || words < 1)
      throw new RangeError(`${structName}.${field} has ${words} words, and must have at least 1`);
    if (field === "structName" || field === "words" || field === "rareWords" || field === "wordName") {
      throw new RangeError(`${structName}.${field}: a field cannot have this name`);
    }
    const offset = names.length;
    accessors[field] = (base) => base + offset;
    for (let word = 0; word < words; word++) names.push(words === 1 ? field : `${field}[${word}]`);
  }
  const layout: StructLayout = {
    structName,
    words: names.length,
    ...(rare === undefined ? {} : { rareWords: Object.values<number>(rare).reduce((sum, words) => sum + words, 0) }),
    wordName: (offset) => names[offset] ?? `+${offset}`,
  };
  return { ...accessors, ...layout } as Struct<F & R>;
}
