/** The commands, in the order of `quiesce --help`: their descriptions, without loading their code. */
import { Command } from "commander";

interface CommandEntry {
  readonly argument?: string;
  readonly about: string;
}

export const commandNames = {
  verify: {
    argument: "[scenarios...]",
    about: "Verify every scenario, replay every saved trace, find every bug of the museum, and stress real threads.",
  },
  fuzz: { argument: "<scenario>", about: "Search one scenario for a violation, with the strategies of your choice." },
  replay: {
    argument: "<trace>",
    about: "Run the schedule of a trace again, strictly, and show it access by access with source lines.",
  },
  shrink: {
    argument: "<trace>",
    about: "Shrink a trace to fewer threads, operations, preemptions and accesses, and report which orderings matter.",
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
    about: "Explore a small program: every execution that the memory model allows, exactly once.",
  },
  certify: {
    argument: "[system]",
    about: "Explore every scenario of a system up to a size exhaustively, and write a certificate.",
  },
  campaign: {
    argument: "[scenarios...]",
    about: "Search, certify and stress without end, and keep the results in a store.",
  },
  worker: { about: "Run jobs of campaigns on other machines, taken from a queue." },
  barriers: {
    argument: "<system>",
    about: "Weaken each ordering of a system by one step in memory, and report which the kernel's memory model needs.",
  },
  "merge-reports": { argument: "<paths...>", about: "Merge the shards of each certificate into one." },
  report: {
    argument: "[results...]",
    about: "Rebuild the page of a run: results, gaps in coverage, and counterexamples to watch.",
  },
  list: {
    argument: "[words...]",
    about: "List systems with their scenarios, properties and bugs; strategies; profiles.",
  },
  init: {
    about: "Write an example, a test, a configuration and a CI workflow into this project; nothing is overwritten.",
  },
  complete: { argument: "[shell]", about: "Print the script that completes commands and names in bash or zsh." },
  costs: {
    about:
      "Count what a peer's lookup writes, generation by generation, list record sizes beside the kernel's, and count " +
      "how long the lock of the destination garbage is held.",
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
    about: "Run a system on real threads under load, and check its responses and final state.",
  },
} as const satisfies Readonly<Record<string, CommandEntry>>;

export type CommandName = keyof typeof commandNames;

/** The command of that name, without its options. */
export function namedCommand(name: CommandName, argumentText?: string): Command {
  const { about, argument }: CommandEntry = commandNames[name];
  const command = new Command(name).description(about);
  return argument === undefined ? command : command.argument(argument, argumentText);
}
