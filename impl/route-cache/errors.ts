/**
 * The errors that operations return, as positive numbers. 0 is success.
 *
 * Source: NetBSD sys/sys/errno.h.
 */
export const ERROR = {
  noSuchProcess: 3,
  noSuchDevice: 6,
  noMemory: 12,
  exists: 17,
  invalid: 22,
  familyNotSupported: 47,
  addressNotAvailable: 49,
  networkUnreachable: 51,
  hostUnreachable: 65,
} as const;
