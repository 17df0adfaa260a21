/**
 * Converts the times of files to places in the order of events: small numbers, nanoseconds since 1970, fractions of a
 * second, dates. No digit is lost: large times are counted from the first one.
 */
import { differenceOf, exactNumber } from "#model/exact-number.ts";
import type { ExactNumber } from "#model/exact-number.ts";
import { Literal } from "#model/literal.ts";

/** Times up to this number are used as places directly. */
const PLACE_MAX = 1e9;

export interface Timeline {
  /** @returns undefined for a value that is no time, or too far from the first one to be exact */
  placeOf(time: unknown): number | undefined;
}

export function createTimeline(): Timeline {
  let origin: ExactNumber | undefined;
  return {
    placeOf(time) {
      if (origin === 0 && typeof time === "number") return time;
      const exact = exactTime(time);
      if (exact === undefined) return undefined;
      origin ??= typeof exact === "number" && Math.abs(exact) <= PLACE_MAX ? 0 : exact;
      const place = differenceOf(exact, origin);
      return typeof place === "number" ? place : undefined;
    },
  };
}

function exactTime(time: unknown): ExactNumber | undefined {
  if (typeof time === "number" || typeof time === "bigint") return time;
  if (time instanceof Literal) return differenceOf(time, 0);
  return typeof time === "string" ? (exactNumber(time) ?? secondsOf(time)) : undefined;
}

const DATE = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,18}))?(Z|[+-]\d\d:?\d\d)?$/;

/** Seconds since 1970 of a date in the form of ISO 8601, with every digit; without a zone it is taken as UTC. */
function secondsOf(text: string): ExactNumber | undefined {
  const [, day, time, fraction = "0", zone = "Z"] = DATE.exec(text) ?? [];
  if (day === undefined || time === undefined) return undefined;
  const seconds = Date.parse(`${day}T${time}${zone}`) / 1000;
  // Before 1970 the fraction still counts forward.
  return Number.isNaN(seconds) ? undefined : differenceOf(exactNumber(`0.${fraction}`) ?? 0, -seconds);
}
