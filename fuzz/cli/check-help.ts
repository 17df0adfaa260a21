/** What `quiesce check --help` says behind the options. */
import { TRANSACTIONS_HELP } from "./transaction-options.ts";

export const CHECK_HELP = `
Models, with their functions:
  register                     read, write (r, w; get, put)
  cas-register                 read, write, cas [old new] (c)
  kv-map                       get, put, append by key: [key], [key value], or a key of its own
  multi-register               txn of [:read k v] and [:write k v]
  queue, stack                 push, pop (enqueue, dequeue; offer, poll); --capacity
  deque                        push-front, push-back, pop-front, pop-back (addFirst, lpush …); --capacity
  priority-queue               push, pop: smallest first; --capacity
  double-ended-priority-queue  push, pop-min, pop-max; --capacity
  set                          add, remove, has (contains); read of the whole set
  counter                      increment, decrement, add n, read; add-and-get, get-and-add
  mutex                        acquire, release (lock, unlock), by anybody
  owner-mutex                  the same, by the owner: the argument, or else the client
  bank, bank-with-overdraft    transfer {from, to, amount}, read of all balances; the first read tells what there is
  All but kv-map, multi-register and the banks may be many by key: [key value], [key nil], [key [old new]].

Formats, told by the shape of the file:
  Jepsen: history.edn (maps, with tags or without), history.txt, logs of all its versions
  JSON objects with Jepsen's keys (process, type, f, value), one a line, in an array, or in an object that holds it
  JSON objects, one an event (client, type, f, argument or output), or one an operation (client, f, argument, output,
  call, return; names that mean the same are known)
  JSON arrays [client, f, argument, output, call, return]
  CSV with a header that names such columns
  porcupine: operations and events as JSON or as Go prints them (%+v, %#v, source); visualization data, or its page
Every line is an operation, a note (Jepsen's nemesis, other lines of a log), or an error. Events stand in the order in
which they happened; those with an index and without a process are all of one client. Numbers and times keep every
digit; equal numbers are one value (5, 5.0, 5N); keywords are no texts.

Values and outcomes:
  Registers start as 0; as nil in Jepsen's logs and history.txt. Texts of a kv-map start as "", as 0 in JSON arrays.
  nil as the value read: in EDN and JSON with Jepsen's keys nobody saw it (as in Knossos), unless --initial is null;
  everywhere else it is the value nil. A pop that answers nil found nothing.
  What fails (:fail) has never happened, but a cas in the first kind of log (INFO  jepsen.util - …): it ran, and found
  another value. What ends with :info, or not at all, may have happened or not.
  An operation that answers false was refused: a push was (with --capacity: the container was full), an acquire found
  the lock taken, a cas found another value; a write, append, increment or transfer is left out, and counted.

A module exports \`model\` (see model/model.ts), and may export \`read({ f, key, argument, output })\`, which gives
{ operation, response } of a recorded operation, or undefined to leave it out; without it the operation is
{ kind: f, key, value: argument } and the response is the output. Keywords come as literals (model/literal.ts).

${TRANSACTIONS_HELP}

Exit codes: 0 all explained, 1 a violation, 2 bad input or no operations, 3 something unknown.

Examples:
  quiesce check etcd_001.log --model cas-register
  quiesce check --page reports/out/history.html queue.jsonl.gz --model queue
  quiesce check --json - --time 10s runs/*.edn --model multi-register
  quiesce check history.jsonl --model ./my-model.ts
  quiesce check append.edn --model list-append --consistency snapshot-isolation,repeatable-read`;
