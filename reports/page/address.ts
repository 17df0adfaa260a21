/**
 * A place in the page, as the part of its address after `#`: `scenario=peers-two-creators&step=12`. An address can be
 * shared, and leads to the same view.
 */
export type Place =
  | { readonly view: "overview"; readonly filter: Filter }
  | { readonly view: "scenario"; readonly name: string; readonly watch: Watch }
  | { readonly view: "bug"; readonly name: string; readonly watch: Watch }
  | { readonly view: "trace"; readonly name: string; readonly watch: Watch }
  | { readonly view: "litmus"; readonly name: string }
  | { readonly view: "history"; readonly name: string }
  | { readonly view: "museum" | "plots" | "coverage" | "mutation" };

export interface Filter {
  readonly text: string;
  readonly system: string;
  readonly property: string;
  readonly verdict: string;
}

/** The visible part of a counterexample. */
export interface Watch {
  /** The number of accesses made; 0 is the beginning. */
  readonly step: number | undefined;
  readonly schedule: "failing" | "passing" | "both";
}

export const NO_FILTER: Filter = { text: "", system: "", property: "", verdict: "" };

export function placeOf(hash: string): Place {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  for (const view of ["scenario", "bug", "trace"] as const) {
    const name = words.get(view);
    if (name !== null) return { view, name, watch: watchOf(words) };
  }
  for (const view of ["litmus", "history"] as const) {
    const name = words.get(view);
    if (name !== null) return { view, name };
  }
  const view = words.get("view");
  if (view === "museum" || view === "plots" || view === "coverage" || view === "mutation") return { view };
  const of = (name: string): string => words.get(name) ?? "";
  return {
    view: "overview",
    filter: { text: of("search"), system: of("system"), property: of("property"), verdict: of("verdict") },
  };
}

function watchOf(words: URLSearchParams): Watch {
  const step = words.get("step");
  const schedule = words.get("schedule");
  return {
    step: step !== null && /^\d{1,7}$/.test(step) ? Number(step) : undefined,
    schedule: schedule === "passing" || schedule === "both" ? schedule : "failing",
  };
}

/** The address of a place, with its `#`. */
export function hashOf(place: Place): string {
  const words = new URLSearchParams();
  switch (place.view) {
    case "overview":
      if (place.filter.text !== "") words.set("search", place.filter.text);
      for (const name of ["system", "property", "verdict"] as const)
        if (place.filter[name] !== "") words.set(name, place.filter[name]);
      break;
    case "scenario":
    case "bug":
    case "trace":
      words.set(place.view, place.name);
      if (place.watch.step !== undefined) words.set("step", String(place.watch.step));
      if (place.watch.schedule !== "failing") words.set("schedule", place.watch.schedule);
      break;
    case "litmus":
    case "history":
      words.set(place.view, place.name);
      break;
    default:
      words.set("view", place.view);
  }
  return `#${words.toString()}`;
}

/** The beginning of a counterexample that fails. */
export const UNWATCHED: Watch = { step: undefined, schedule: "failing" };
