/** The text of `quiesce check --help` after the options. */
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
  mutex                        acquire, release (lock, unlock), by any client
  owner-mutex                  the same, released by its owner: the argument, or else the client
  bank, bank-with-overdraft    transfer {from, to, amount}, read of all balances; the first gives the initial ones
  All but kv-map, multi-register and the banks may be split by key: [key value], [key nil], [key [old new]].

Formats, recognised by the shape of the file:
  Jepsen: history.edn (maps, with tags or without), history.txt, logs of every version
  JSON objects with Jepsen's keys (process, type, f, value), one a line, in an array, or in an object that holds it
    JSON objects, one for each event (client, type, f, argument or output) or each operation (client, f, argument,
    output, call, return; names with the same meaning are accepted)
  JSON arrays [client, f, argument, output, call, return]
  CSV with a header of such columns
  porcupine: operations and events as JSON or as Go prints them (%+v, %#v, source); visualization data, or its page
Every line is an operation, a note (Jepsen's nemesis, other lines of a log), or an error. Events are in the order in
which they happened; those with an index and without a process all belong to one client. Numbers and times keep every
digit; equal numbers are one value (5, 5.0, 5N); keywords are not texts.

Values and outcomes:
  Registers start as 0; as nil in Jepsen's logs and history.txt. Texts of a kv-map start as "", as 0 in JSON arrays.
    Reading nil: in EDN and JSON with Jepsen's keys the read's result was not seen (as in Knossos), unless --initial is
    null; everywhere else it is the value nil. A pop that returns nil found nothing.
    A failed operation (:fail) never happened, except a cas in the first kind of log (INFO  jepsen.util - …): it ran and
    found another value. An operation that ends with :info, or not at all, may have happened or not.
    An operation that returns false was refused: a push (with --capacity) found the container full, an acquire found the
    lock taken, a cas found another value; a write, append, increment or transfer is left out, and counted.

A module exports \`model\` (see model/model.ts), and may export \`read({ f, key, argument, output })\`, which returns
{ operation, response } for a recorded operation, or undefined to leave it out; without \`read\` the operation is
{ kind: f, key, value: argument } and the response is the output. Keywords come as literals (model/literal.ts).

${TRANSACTIONS_HELP}

Exit codes: 0 every history is explained, 1 a violation, 2 bad input or no operations, 3 a verdict is unknown.

Examples:
  quiesce check etcd_001.log --model cas-register
  quiesce check --page reports/out/history.html queue.jsonl.gz --model queue
  quiesce check --json - --time 10s runs/*.edn --model multi-register
  quiesce check history.jsonl --model ./my-model.ts
  quiesce check append.edn --model list-append --consistency snapshot-isolation,repeatable-read`;
