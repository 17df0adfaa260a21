/** Every protocol program. */
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
