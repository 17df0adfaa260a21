/** The selections of a route, an interface and a source address, as operations. */
import { NIL, read } from "#impl/memory/access.ts";
import { putInterface } from "#impl/route-cache/interface.ts";
import { Interface } from "#impl/route-cache/layout.ts";
import { selectInterface, setMulticastInterface } from "#impl/route-cache/select-interface.ts";
import { selectRoute } from "#impl/route-cache/select-route.ts";
import { selectSource } from "#impl/route-cache/select-source.ts";
import type { RouteAddress } from "#model/route-cache/route-address.ts";
import { interfaceSteps, selectionWord, sourceStep } from "#properties/route-cache/route-steps.ts";
import { optional } from "../operation-arguments.ts";
import { cache, index, own, selected } from "./route-arguments.ts";
import { onCache } from "./route-row.ts";
import { type CacheName, type ThreadPlace, useOnce } from "./route-threads.ts";

const selection = { cache, to: selected, outgoing: optional(index), nextHop: optional(selected) };

interface Demanded {
  readonly cache: CacheName;
  readonly to: RouteAddress;
  readonly outgoing?: number | undefined;
  readonly nextHop?: RouteAddress | undefined;
}

export const routeSelections = {
  selectRoute: onCache({
    arguments: selection,
    waits: true,
    *run(running, values) {
      const { network, runner, caches } = running;
      const options = { ...optionsOf(running, values), countsDiscards: true };
      const found = yield* selectRoute(network, runner, values.to, options, caches[values.cache]);
      return 256 * found.error + (yield* useOnce(running, found.cache, found.entry));
    },
    model: (values, thread) => ({ kind: "selectRoute", ...demandsOf(values, thread) }),
  }),
  selectInterface: onCache({
    arguments: selection,
    waits: true,
    *run(running, values) {
      const { network, runner, caches, record } = running;
      const options = optionsOf(running, values);
      const selecting = selectInterface(network, runner, values.to, options, caches[values.cache], record);
      const { error, found, isRouted } = yield* selecting;
      const number = found === NIL ? 0 : yield read(Interface.index(found));
      const serial = found === NIL ? 0 : yield read(Interface.serial(found));
      yield* putInterface(network, runner, found, record);
      return selectionWord({ error, interface: number, serial, isRouted, address: 0 });
    },
    model: (values, thread) => interfaceSteps(demandsOf(values, thread), false),
  }),
  selectSource: onCache({
    weight: 2,
    arguments: { ...selection, source: optional(own), bound: optional(own) },
    waits: true,
    *run(running, values) {
      const { network, runner, caches, record } = running;
      const options = { ...optionsOf(running, values), ...addressesOf(values) };
      return selectionWord(yield* selectSource(network, runner, values.to, options, caches[values.cache], record));
    },
    model: (values, thread) => [
      ...interfaceSteps(demandsOf(values, thread), values.source !== undefined || values.bound !== undefined),
      sourceStep({ to: values.to, ...addressesOf(values) }),
    ],
  }),
  setMulticast: onCache({
    weight: 1 / 2,
    arguments: { interface: index },
    run: ({ multicast }, values) => setMulticastInterface(multicast, values.interface),
    model: () => [],
  }),
};

function optionsOf({ caches, multicast }: ThreadPlace, { outgoing, nextHop }: Demanded) {
  return {
    multicast,
    nextHopCache: caches.n,
    ...(outgoing === undefined ? {} : { interface: outgoing }),
    ...(nextHop === undefined ? {} : { nextHop }),
  };
}

function addressesOf({ source, bound }: { readonly source?: number | undefined; readonly bound?: number | undefined }) {
  return { ...(source === undefined ? {} : { source }), ...(bound === undefined ? {} : { bound }) };
}

/** The demands of a selection in the model. */
function demandsOf({ cache: name, to, outgoing, nextHop }: Demanded, thread: { cache(name: CacheName): string }) {
  return {
    cache: thread.cache(name),
    nextHopCache: thread.cache("n"),
    to,
    ...(outgoing === undefined ? {} : { outgoing }),
    ...(nextHop === undefined ? {} : { nextHop }),
  };
}
