/**
 * A counterexample as a story: the effect of each access, the memory after it, the resources that threads held and
 * waited for, and the nearest schedule that passes. Plain data, produced by replaying a trace; the page draws it.
 *
 * Memory is described by objects: a list of them, their initial words, and the words that each step changed. Steps
 * count from 0, as in a trace.
 */
import { z } from "zod";

const text = z.string();
const count = z.int().nonnegative();
const word = z.int32();

/** An interval without a known end extends past the last step. */
const end = count.optional();

const Frame = z
  .strictObject({ procedure: text, file: text, line: z.int().positive(), column: z.int().positive().optional() })
  .describe("where a procedure makes the access, or calls the procedure before it");

export const StoryStruct = z
  .strictObject({
    name: text,
    words: z.array(text).describe("names of the words, in order"),
    pointers: z.array(count).describe("the words that hold pointers in this story"),
  })
  .describe("the layout of objects");

export const StoryObject = z.strictObject({
  name: text.describe("peer#1, pool"),
  struct: count.describe("number of its struct"),
  address: z.int().positive(),
  isStatic: z.boolean().describe("it lives for ever; other objects are allocated and freed"),
});

export const StoryStep = z.strictObject({
  thread: count,
  access: text.describe("the access function, such as readOnce"),
  place: text.describe("what it concerns, such as peer#1.refcount"),
  effect: text.describe("the value read or written"),
  writes: z.boolean(),
  object: count.optional().describe("number of the object that it concerns"),
  word: count.optional().describe("which word of the object"),
  holds: z.array(text).describe("what its thread holds afterwards"),
  stack: z.array(Frame).describe("the procedures that led to it, the innermost first"),
  changes: z
    .array(z.tuple([count, count, word]))
    .describe("words that changed: number of the object, number of the word, value"),
  allocated: count.optional().describe("number of the object that was handed out"),
  freed: count.optional().describe("number of the object that was given back"),
  waiting: z.array(z.tuple([count, text])).describe("threads that wait after it, and for what"),
});

export const StoryOperation = z.strictObject({
  thread: count,
  text,
  response: text.optional().describe("absent if it did not respond"),
  from: count.describe("step of its first access"),
  to: end.describe("step of its last access"),
  effect: count
    .optional()
    .describe("a step at which it may have taken effect, in one order that explains all responses"),
  isImpossible: z.boolean().describe("its response is the one that no order explains"),
});

const Span = z.strictObject({ thread: count, from: count, to: end });

export const StoryExecution = z.strictObject({
  threads: z.array(text),
  memory: z.array(z.array(word)).describe("the words of each object at the beginning"),
  live: z.array(count).describe("objects that are allocated at the beginning"),
  steps: z.array(StoryStep),
  operations: z.array(StoryOperation),
  sections: z.array(Span).describe("read-side critical sections"),
  gracePeriods: z.array(Span).describe("from its request to its end"),
  conflicts: z.array(z.tuple([count, count])).describe("steps whose order the schedule decided"),
  violation: z
    .strictObject({ property: text, because: text, object: count.optional() })
    .optional()
    .describe("after the last step"),
});

export const StorySource = z.strictObject({
  file: text.describe("relative to the root of the project"),
  from: z.int().positive().describe("number of the first line"),
  lines: z.array(text),
});

export const Story = z.strictObject({
  format: z.literal("quiesce-story"),
  version: z.literal(1),
  scenario: text,
  system: text,
  bug: text.optional().describe("the bug of the museum that was put back"),
  replay: text.describe("the command that replays it"),
  structs: z.array(StoryStruct),
  objects: z.array(StoryObject),
  failing: StoryExecution,
  passing: StoryExecution.optional(),
  passes: text.optional().describe("which ordering the passing schedule turns round"),
  orderings: z
    .array(z.strictObject({ text, steps: z.tuple([count, count]).optional() }))
    .describe("the orderings that matter, with the steps of the failing execution"),
  sources: z.array(StorySource).describe("the lines around the accesses, as they ran"),
});

export type StoryStruct = z.infer<typeof StoryStruct>;
export type StoryObject = z.infer<typeof StoryObject>;
export type StoryStep = z.infer<typeof StoryStep>;
export type StoryOperation = z.infer<typeof StoryOperation>;
export type StoryExecution = z.infer<typeof StoryExecution>;
export type StorySource = z.infer<typeof StorySource>;
export type Story = z.infer<typeof Story>;
