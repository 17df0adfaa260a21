/**
 * The connection to a queue on Redis or Valkey, and the conventions of all its users. The client packages are optional,
 * and loaded only here.
 */
import { hostname } from "node:os";
import type { Redis } from "ioredis";
import { InputError } from "#fuzz/host/input-error.ts";
import { visibleText } from "#reports/visible-text.ts";

/** Milliseconds for the first connection; later ones are retried for ever. */
const FIRST_MS_MAX = 5_000;

/** Longest pause between two attempts to reconnect. */
const PAUSE_MS_MAX = 2_000;

/** Seconds without a sign of life after which a worker or campaign counts as gone. */
const PRESENCE_SECONDS = 6;

export type Packages = typeof import("bullmq") & { readonly Redis: typeof Redis };

/** The queue of a code version: workers of another version never see its jobs. */
export function queueName(code: string): string {
  return `quiesce-${code}`;
}

/** @throws InputError if the optional packages are not installed */
export async function queuePackages(): Promise<Packages> {
  try {
    const [bullmq, ioredis] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { ...bullmq, Redis: ioredis.Redis };
  } catch (error) {
    throw new InputError("--queue needs the packages bullmq and ioredis: npm install bullmq ioredis", { cause: error });
  }
}

/** Options common to both packages. */
interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  readonly tls?: object;
  readonly maxRetriesPerRequest: null;
  readonly retryStrategy: (attempt: number) => number;
}

/** Pauses grow from 50 ms; a request waits for the connection as long as needed. */
export function connectionOptions(url: string): ConnectionOptions {
  const { hostname: host, port, username, password, pathname, protocol } = parseQueueUrl(url);
  return {
    host,
    port: port === "" ? 6379 : Number(port),
    ...(username !== "" && { username: decodeURIComponent(username) }),
    ...(password !== "" && { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 && { db: Number(pathname.slice(1)) }),
    ...(protocol === "rediss:" && { tls: {} }),
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(PAUSE_MS_MAX, 50 * 2 ** Math.min(attempt, 10)),
  };
}

function parseQueueUrl(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed !== null && (parsed.protocol === "redis:" || parsed.protocol === "rediss:") && parsed.hostname !== "")
    return parsed;
  throw new InputError(`--queue: "${visibleText(url)}" names no queue; write redis://localhost:6379`);
}

/** @throws InputError if there is no server */
export async function connect({ Redis: Client }: Packages, url: string): Promise<Redis> {
  const client = new Client({ ...connectionOptions(url), lazyConnect: true });
  // Later failures are retried, and shown as a lost connection.
  client.on("error", () => {});
  const timer = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error("timeout")), FIRST_MS_MAX).unref();
  });
  try {
    await Promise.race([client.connect().then(() => client.ping()), timer]);
    return client;
  } catch (error) {
    client.disconnect();
    throw new InputError(
      `--queue: no server at ${visibleText(parseQueueUrl(url).host)}; start redis-server or valkey`,
      { cause: error },
    );
  }
}

/** The report of a worker or a campaign about itself. */
export interface Presence {
  readonly kind: "worker" | "campaign";
  /** Digest of the sources. */
  readonly code: string;
  /** Executions so far. */
  readonly executions: number;
  /** One line on its current work. */
  readonly doing: string;
}

export interface Present extends Presence {
  readonly name: string;
}

/** Reports every second that it is alive, until the returned function is called. */
export function announce(client: Redis, presence: () => Presence): () => Promise<void> {
  const name = `${hostname()}-${process.pid}`;
  const key = `quiesce:${presence().kind}:${name}`;
  const say = (): void => {
    if (client.status !== "ready") return;
    void client.set(key, JSON.stringify({ ...presence(), name }), "EX", PRESENCE_SECONDS).catch(() => {});
  };
  say();
  const timer = setInterval(say, 1_000);
  return async () => {
    clearInterval(timer);
    if (client.status === "ready") await client.del(key).catch(() => {});
  };
}

/** The workers or campaigns now present, in the order of their names. */
export async function presences(client: Redis, kind: Presence["kind"]): Promise<readonly Present[]> {
  const keys: string[] = [];
  for await (const found of client.scanStream({ match: `quiesce:${kind}:*`, count: 1_000 }))
    keys.push(...(found as string[]));
  if (keys.length === 0) return [];
  const texts = await client.mget(keys.toSorted());
  return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as Present]));
}
