/** The commands, in the order of `quiesce --help`: what is known of them without loading what they need. */
import { Command } from "commander";

interface CommandEntry {
  readonly argument?: string;
  readonly about: string;
}

export const commandNames = {
  verify: {
    argument: "[scenarios...]",
    about:
      "Verify every scenario, replay every saved trace, find every bug of the museum, and stress what runs on real threads.",
  },
  fuzz: { argument: "<scenario>", about: "Search one scenario for a violation, with the strategies of your choice." },
  replay: {
    argument: "<trace>",
    about: "Run the schedule of a trace again, strictly, and show it access by access with source lines.",
  },
  shrink: {
    argument: "<trace>",
    about:
      "Make a trace smaller: fewer threads and operations, fewer preemptions, fewer accesses; and say which orderings matter.",
  },
  bugs: {
    argument: "[slugs...]",
    about: "Put real bugs back into the code, one at a time and in memory, and look for each.",
  },
  mutants: {
    argument: "[systems...]",
    about: "Mutate the code under test, in memory, and count the mutants that the gate kills: its mutation score.",
  },
  explore: {
    argument: "[program]",
    about: "Explore a program of a few lines: every execution that the memory model allows, each once.",
  },
  certify: {
    argument: "[system]",
    about: "Explore every scenario of a system up to a size exhaustively, and write a certificate.",
  },
  campaign: {
    argument: "[scenarios...]",
    about: "Search, certify and stress without end, and keep what was found in a store.",
  },
  worker: { about: "Do jobs of campaigns on other machines, which a queue hands out." },
  barriers: {
    argument: "<system>",
    about:
      "Weaken each ordering of a system by one step in memory, and say which are needed under the kernel's memory model.",
  },
  "merge-reports": {
    argument: "<paths...>",
    about: "Put the shards of certificates together, each kind into one certificate.",
  },
  report: {
    argument: "[results...]",
    about: "Make the page of a run again: what was found and what was not covered, and counterexamples to watch.",
  },
  list: { about: "List systems with their scenarios, properties and bugs; strategies; profiles." },
  costs: {
    about:
      "Count what a peer's lookup writes, generation by generation, list the sizes of records beside the kernel's, and count for how long the garbage of destinations is locked.",
  },
  litmus: {
    argument: "<paths...>",
    about: "Decide litmus tests under a memory model: the Linux kernel's C dialect, or agents of JavaScript.",
  },
  check: {
    argument: "<histories...>",
    about: "Check recorded histories of a concurrent object: does some order explain every response?",
  },
  stress: {
    argument: "<system>",
    about: "Run a system on real threads under load, and check its responses and what it leaves.",
  },
} as const satisfies Readonly<Record<string, CommandEntry>>;

export type CommandName = keyof typeof commandNames;

/** The command of that name, without its options. */
export function namedCommand(name: CommandName, argumentText?: string): Command {
  const { about, argument }: CommandEntry = commandNames[name];
  const command = new Command(name).description(about);
  return argument === undefined ? command : command.argument(argument, argumentText);
}
