/** Every protocol program. */
import { InputError } from "#fuzz/host/input-error.ts";
import { dstProtocols } from "./dst-protocols.ts";
import { nativeProtocols } from "./native-protocols.ts";
import { peersProtocols } from "./peers-protocols.ts";
import type { Protocol } from "./protocol.ts";
import { syncProtocols } from "./sync-protocols.ts";

export const protocols: readonly Protocol[] = [
  ...syncProtocols,
  ...peersProtocols,
  ...dstProtocols,
  ...nativeProtocols,
];

/** @throws InputError that lists the known protocols, if there is no such protocol */
export function protocolNamed(name: string): Protocol {
  const found = protocols.find((protocol) => protocol.name === name);
  if (found === undefined)
    throw new InputError(`no protocol "${name}"; there are ${protocols.map((protocol) => protocol.name).join(", ")}`);
  return found;
}
