import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { PageData } from "../page-data.ts";
import { shownText } from "./shown-text.ts";
import { hashOf, NO_FILTER, type Place, placeOf, type Watch } from "./address.ts";
import { CoverageView } from "./coverage-view.tsx";
import { HistoriesView } from "./histories-view.tsx";
import { LitmusView } from "./litmus-view.tsx";
import { MuseumView } from "./museum-view.tsx";
import { MutationView } from "./mutation-view.tsx";
import { Overview } from "./overview/overview.tsx";
import { PlotsView } from "./plots/plots-view.tsx";
import { readData } from "./read-data.ts";
import { BugView, ScenarioView, TraceView } from "./scenario-view.tsx";
import "uplot/dist/uPlot.min.css";
import "./style.css";

function Page({ data }: { data: PageData }) {
  const [place, setPlace] = useState<Place>(() => placeOf(location.hash));
  useEffect(() => {
    const follow = (): void => setPlace(placeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => {
    document.title = titleOf(place, data.title);
  }, [place, data.title]);
  /** Navigates without a new history entry: typing and scrubbing are not visits. */
  const goTo = (next: Place): void => {
    remember(hashOf(next));
    setPlace(next);
  };
  return (
    <>
      <a class="skip" href="#content" onClick={(event) => focusContent(event)}>
        to the content
      </a>
      <Navigation data={data} place={place} />
      <main id="content" tabindex={-1}>
        <h1 class="unseen">{shownText(titleOf(place, data.title))}</h1>
        <View data={data} place={place} goTo={goTo} />
      </main>
    </>
  );
}

let pending: number | undefined;

/** A browser refuses addresses that change too often: only the last one of a burst counts. */
function remember(hash: string): void {
  clearTimeout(pending);
  pending = window.setTimeout(() => history.replaceState(null, "", hash), 120);
}

function focusContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function View({ data, place, goTo }: { data: PageData; place: Place; goTo: (place: Place) => void }) {
  switch (place.view) {
    case "overview":
      return <Overview data={data} filter={place.filter} onFilter={(filter) => goTo({ view: "overview", filter })} />;
    case "scenario":
    case "bug":
    case "trace": {
      const watching = { watch: place.watch, onWatch: (watch: Watch) => goTo({ ...place, watch }) };
      const Named = place.view === "scenario" ? ScenarioView : place.view === "bug" ? BugView : TraceView;
      return <Named key={place.name} data={data} name={place.name} {...watching} />;
    }
    case "litmus":
      return <LitmusView data={data} name={place.name} />;
    case "history":
      return <HistoriesView data={data} name={place.name} />;
    case "museum":
      return <MuseumView data={data} />;
    case "plots":
      return <PlotsView data={data} />;
    case "coverage":
      return <CoverageView data={data} />;
    case "mutation":
      return <MutationView data={data} />;
  }
}

function Navigation({ data, place }: { data: PageData; place: Place }) {
  const hasPlots = data.bugs.length + data.saturation.length + data.benches.length > 0 || data.costs !== undefined;
  const links: readonly { readonly place: Place; readonly text: string; readonly isThere: boolean }[] = [
    { place: { view: "overview", filter: NO_FILTER }, text: "overview", isThere: true },
    {
      place: { view: "museum" },
      text: "known bugs",
      isThere: data.bugs.length > 0 || data.runs.some(({ result }) => result.museum.length > 0),
    },
    { place: { view: "litmus", name: "" }, text: "litmus tests", isThere: data.litmus.length > 0 },
    { place: { view: "history", name: "" }, text: "histories", isThere: data.histories.length > 0 },
    {
      place: { view: "plots" },
      text: "plots",
      isThere: hasPlots || data.runs.some(({ result }) => result.museum.length > 0),
    },
    { place: { view: "coverage" }, text: "schedule coverage", isThere: data.coverage.length > 0 },
    { place: { view: "mutation" }, text: "mutation", isThere: data.mutation.length > 0 },
  ];
  return (
    <nav aria-label="views">
      <b>quiesce</b>
      <ul>
        {links
          .filter(({ isThere }) => isThere)
          .map((link) => (
            <li key={link.text}>
              <a href={hashOf(link.place)} aria-current={link.place.view === place.view ? "page" : undefined}>
                {link.text}
              </a>
            </li>
          ))}
      </ul>
    </nav>
  );
}

function titleOf(place: Place, title: string): string {
  return "name" in place && place.name !== "" ? `${place.name.slice(0, 100)} – ${title}` : title;
}

const page = document.getElementById("page");
if (page !== null) {
  page.textContent = "";
  render(<Page data={readData()} />, page);
}
