/** Addresses, prefixes and other arguments as written in scenarios. */
import * as fc from "fast-check";
import { z } from "zod";
import {
  routeAddress,
  type RouteAddress,
  type RouteFamily,
  routePrefix,
  type RoutePrefix,
} from "#model/route-cache/route-address.ts";
import { argument, optional, parsedArgument } from "../operation-arguments.ts";

const BYTE = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";

const addressSchema = z
  .string()
  .regex(
    new RegExp(`^(?:v4/${BYTE}|v6/${BYTE}(?:%[1-7])?)$`),
    'must be "v4/" or "v6/" and a number up to 255, such as "v4/20", "v6/224%2"',
  );
const ownSchema = z
  .string()
  .regex(new RegExp(`^v6/(?!0$)${BYTE}$`), 'must be "v6/" and a number from 1 to 255, such as "v6/20"');
const prefixSchema = z
  .string()
  .regex(new RegExp(`^v[46]/${BYTE}/[0-8]$`), 'must be a family, a number and a length, such as "v4/16/4"')
  .refine(isPrefix, "must have no bits set beyond its length");
const cacheSchema = z.enum(["a", "b"]);

export const to = parsedArgument(
  addressSchema,
  fc.constantFrom("v4/20", "v4/21", "v6/40", "v6/41", "v6/224"),
  parseRouteAddress,
  fc.constantFrom("v4/0", "v4/16", "v4/128", "v4/255", "v6/0", "v6/33", "v6/128", "v6/224%2", "v6/255", "v6/250%7"),
);

/** The destination of a selection, which only IPv6 has. */
export const selected = parsedArgument(
  addressSchema,
  fc.constantFrom("v6/40", "v6/41", "v6/224", "v6/250"),
  parseRouteAddress,
  fc.constantFrom("v6/1", "v6/0", "v6/33", "v6/128", "v6/224%2", "v6/247", "v6/248", "v6/255", "v6/200"),
);

/** A local address, by its number. */
export const own = parsedArgument(
  ownSchema,
  fc.constantFrom("v6/33", "v6/200", "v6/226"),
  numberOf,
  fc.constantFrom("v6/1", "v6/40", "v6/128", "v6/224", "v6/255"),
);

export const route = parsedArgument(
  prefixSchema,
  fc.constantFrom("v4/0/0", "v4/16/4", "v4/20/8", "v6/0/0", "v6/40/8", "v6/32/3"),
  parsePrefix,
  fc.constantFrom(
    "v4/128/1",
    "v4/255/8",
    "v4/20/6",
    "v4/20/7",
    "v4/16/5",
    "v4/21/8",
    "v6/128/1",
    "v6/224/5",
    "v6/0/8",
    "v6/255/8",
  ),
);

export const index = argument(z.int().min(1).max(7), fc.integer({ min: 1, max: 3 }), fc.constantFrom(1, 2, 7));
export const cache = argument(cacheSchema, fc.constantFrom("a", "b"));
export const flag = argument(z.boolean(), fc.boolean());
export const cpu = argument(z.int().min(0).max(7), fc.integer({ min: 0, max: 2 }));
export const inInterrupt = optional(flag);

/** `v4/20`; `v6/224%2`. */
export function parseRouteAddress(text: string): RouteAddress {
  const [number = "", scope = "0"] = text.slice(3).split("%");
  return routeAddress(familyOf(text), Number(number), Number(scope));
}

/** `v4/16/4`: the first 4 bits of 16. */
export function parsePrefix(text: string): RoutePrefix {
  const [, number = "", length = ""] = text.split("/");
  return routePrefix(familyOf(text), Number(number), Number(length));
}

function isPrefix(text: string): boolean {
  try {
    parsePrefix(text);
    return true;
  } catch {
    return false;
  }
}

function familyOf(text: string): RouteFamily {
  return text.startsWith("v4/") ? "v4" : "v6";
}

function numberOf(text: string): number {
  return Number(text.slice(3));
}
