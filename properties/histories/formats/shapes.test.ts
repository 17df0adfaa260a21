import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readHistory } from "../read-history.ts";
import { HistoryFileError } from "../record.ts";
import { layoutOf } from "./format.ts";

const scratch = mkdtempSync(join(tmpdir(), "shapes-"));
afterAll(() => rmSync(scratch, { recursive: true }));

let files = 0;
/** Format, operations and notes of a text; or its fault. */
async function read(content: string | Uint8Array): Promise<string> {
  files += 1;
  const path = join(scratch, `history-${files}`);
  writeFileSync(path, content);
  try {
    const { format, operations, notes } = await readHistory(path);
    return `${format} ${operations.length} ${notes.length}`;
  } catch (error) {
    if (error instanceof HistoryFileError) return error.message.replace(path, "FILE");
    throw error;
  }
}

const OBJECT = '{"process":0,"type":"invoke","f":"write","value":1}';
const MAP = "{:process 0, :type :invoke, :f :write, :value 1}";

test("a format is recognised by its whole shape: a JSON object is never read as EDN, nor EDN as JSON", async () => {
  const shapes: readonly (readonly [string, string])[] = [
    [OBJECT, "jepsen-json 1 0"],
    [` \n [ \n ${OBJECT} ] `, "jepsen-json 1 0"],
    ['{"process" 0, "type" "invoke", "f" "write"}', "edn 1 0"],
    [`[${MAP}]`, "edn 1 0"],
    [`; {"process":0}\n(${MAP})`, "edn 1 0"],
    [`#jepsen.history.Op${MAP}`, "edn 1 0"],
    ["{:process :alpha, :type :invoke, :f :write}", "edn 1 0"],
    ['{"client":"a","f":"read","call":0,"return":null}', "json-operations 1 0"],
    ['{"clientId":"a","op":"read","phase":"START"}', "json-events 1 0"],
    ['{"ClientId":0,"Kind":false,"Value":{"Op":0,"Key":"x"},"Id":3}', "porcupine-json 1 0"],
    ['{"Input":{"op":true},"Call":1,"Output":0,"Return":1}', "porcupine-json 1 0"],
    ['[[0,"read",null,1,0,1]]', "json-lines 1 0"],
    ['{"a":{"b":[[0,"read",null,1,0,1]]}}', "json-lines 1 0"],
    ["0\t:invoke\t:write\t1", "jepsen-history 1 0"],
    ["WARN [jepsen worker 1] jepsen.core: what is this", "jepsen-log 0 1"],
    ["process;type;f;value\n0;invoke;write;1\n", "csv-events 1 0"],
    ["client\tf\tcall\treturn\n0\tread\t1\t\n", "csv-operations 1 0"],
    ["thread_id,op_type,start_ns,end_ns,args,ret\n0,read,1,2,,5\n", "csv-operations 1 0"],
    ["worker,event,kind,value\n0,START,read,\n", "csv-events 1 0"],
    ['{"session":1,"type":"read","invokedAt":5,"respondedAt":7,"status":"ok","ret":3}', "json-operations 1 0"],
    ['{"session":1,"type":"read","event":"invoke"}', "json-events 1 0"],
    ["03:04:05.678 [jepsen worker 0] INFO  jepsen.util - 0\t:invoke\t:write\t1", "jepsen-log 1 0"],
    ["{ClientId:0 Kind:false Value:{op:false value:1} Id:0}", "porcupine-go 1 0"],
    ['[{"History":[{"ClientId":0,"Start":0,"End":100,"Description":"put(\'1\')"}]}]', "porcupine-visualization 1 0"],
    // Elle's examples name no clients: their transactions are sequential.
    ["{:index 0 :type :invoke :value [[:append :x 1]]}\n{:index 1 :type :ok :value [[:append :x 1]]}", "edn 1 0"],
    [
      '[{"index":0,"type":"invoke","value":[["r","x",null]]},{"index":1,"type":"ok","value":[["r","x",[]]]}]',
      "json-events 1 0",
    ],
    // Times of Jepsen's events decrease a little now and then: the order of the lines counts.
    [`${OBJECT.replace("}", ',"time":9}')}\n{"process":1,"type":"invoke","f":"a","time":8}`, "jepsen-json 2 0"],
    ["", "jepsen-log 0 0"],
  ];
  for (const [text, expected] of shapes) {
    expect([text, await read(text)]).toEqual([text, expected]);
    expect([text, await read(`\uFEFF${text}`)]).toEqual([text, expected]);
  }
});

test("a file may come in pieces of any size", () => {
  for (const text of [
    OBJECT,
    `[${OBJECT}]`,
    MAP,
    `[${MAP}]`,
    "0\t:invoke\t:write\t1\n",
    "process,type,f\n",
    '[0,"r",null,1,0,1]',
  ])
    for (let length = 0; length < text.length; length += 1) {
      const layout = layoutOf(text.slice(0, length), false);
      if (layout !== "more") expect([text, length, layout]).toEqual([text, length, layoutOf(text, true)]);
    }
});

const refused: readonly (readonly [string, string])[] = [
  // Texts without a history.
  [
    "hello\n",
    "FILE:1: expected a history as Jepsen (EDN, log, history.txt), JSON, CSV or porcupine have it " +
      '(see check --help), found "hello"',
  ],
  ["\n\n<a>", "FILE:1: expected a page of porcupine with its data (const data = …), found another"],
  [
    ' \n{"a": [1, 2], "b": {}}',
    "FILE:1: expected an array of operations within this value: [client, function, argument, output, call, return], " +
      'or objects such as {"process": 0, "type": "invoke", "f": "write", "value": 1}',
  ],
  [
    `{"a":[${OBJECT}],\n"b":[${OBJECT}]}`,
    "FILE:2: expected one array of operations, found those of a and b; put each into a file of its own",
  ],
  [`{"a":[${OBJECT}\n`, 'FILE:2: expected "," or "]", found the end of the file'],
  [`{"a" 1, "b": [${OBJECT}]}\n{}`, 'FILE:1: expected an EDN map: expected a value, found ":"'],
  // Lines that differ from the others.
  [`${OBJECT}\n${MAP}`, 'FILE:2: expected a JSON object, found "{:process 0, :type :invoke, :f :write, :value 1}"'],
  [`${OBJECT}\n{"process":1}`, 'FILE:2: expected "type" "invoke", "ok", "fail" or "info", found "nothing"'],
  [`${MAP}\n${OBJECT}`, 'FILE:2: expected an EDN map: expected a value, found ":"'],
  [`${MAP}\n[1]`, 'FILE:2: expected a map such as {:process 0, :type :invoke, …}, found "1"'],
  [`[${MAP}]\n[${MAP}]`, 'FILE:2: expected a map such as {:process 0, :type :invoke, …}, found "["'],
  [`[${MAP}]\n${MAP}`, 'FILE:2: expected the end of the file behind its brackets, found "{"'],
  [`${MAP}\n{:process nil, :type :ok, :f :write}`, 'FILE:2: expected a number or a name as :process, found "null"'],
  ["{:process 0, :type :invoke, :f :write,\n :value 01}", 'FILE:2: expected an EDN map: expected a number, found "01"'],
  ["#jepsen.history.Op[1]", 'FILE:1: expected a map with or without a tag, found "#jepsen.history.Op[1]"'],
  [
    "0\t:invoke\t:write\t1\nand so on",
    'FILE:2: expected "<process> :<invoke|ok|fail|info> :<function> <value>", found "and so on"',
  ],
  ["0\t:invoke\t:write\t1 2", 'FILE:1: expected nothing behind the value, found "2"'],
  [
    "INFO [jepsen worker 1] jepsen.util: 0 :invokes :write 1",
    'FILE:1: expected "<process> :<invoke|ok|fail|info> :<function> <value>", found "0 :invokes :write 1"',
  ],
  [
    "INFO [jepsen worker 1] jepsen.util: client a :ok :write 1",
    'FILE:1: expected "<process> :<invoke|ok|fail|info> :<function> <value>", found "client a :ok :write 1"',
  ],
  [
    "WARN [jepsen worker 1] jepsen.core: what\nnow",
    'FILE:2: expected "INFO  jepsen.util - <process> :<invoke|ok|fail|info> :<function> <value>", found "now"',
  ],
  // Invalid or incomplete events and operations.
  [
    '{"client":0,"op":"a","type":"hm","call":0}',
    'FILE:1: expected ok, fail or info as type (or a name that means the same), found "hm"',
  ],
  [
    '{"client":0,"op":"a","call":3,"return":2}',
    "FILE:1: expected a time as return (or a name that means the same), at least that of the call, 3, found 2",
  ],
  [
    '{"client":0,"op":"a","call":0,"return":1,"error":"late"}',
    "FILE:1: expected type fail (it did not take effect) or info (nobody knows) with an error, found neither",
  ],
  [
    '{"client":0,"op":"a","phase":"call"}\n{"client":0,"op":"a","phase":"return","error":"late"}',
    'FILE:2: expected "type" fail (it did not take effect) or info (nobody knows) with an error, found ok',
  ],
  [
    '{"client":0,"thread":1,"op":"a","call":0}',
    'FILE:1: expected one field for the client, found "client" and "thread"',
  ],
  [
    '{"client":[],"op":"a","call":0}',
    "FILE:1: expected a number or a name as client (or a name that means the same), found []",
  ],
  [
    '{"client":0,"op":"a","call":0,"return":5}\n{"client":0,"op":"b","call":3,"return":9}',
    "FILE:2: client 0 invokes b at 3 while its a of line 1 is open",
  ],
  // Clients that some events name and some do not.
  [
    `${MAP}\n{:index 1, :type :ok, :f :write}`,
    'FILE:2: expected :process in the map, found "{:index 1, :type :ok, :f :write}"',
  ],
  [`{:index 0, :type :invoke, :f :write}\n${MAP}`, 'FILE:2: expected nothing, as before, as :process, found "0"'],
  [
    "{:index 0, :type :invoke, :f :write}\n{:index 1, :type :invoke, :f :read}",
    "FILE:2: client nil invokes read while its write of line 1 is open",
  ],
  // Events out of order.
  [
    `${MAP.replace("{", "{:index 5, ")}\n${MAP.replace("{", "{:index 4, ")}`,
    "FILE:2: expected an index above 5 of line 1, found 4; events must stand in the order in which they happened",
  ],
  [
    '{"client":0,"event":"call","f":"a","time":9}\n{"client":1,"event":"call","f":"a","time":8}',
    "FILE:2: expected a time of at least 9 of line 1, found 8; events must stand in the order in which they happened",
  ],
  // Tables.
  ["client,call\n0,1\n", "FILE:1: expected a column return (or a name that means the same), found client, call"],
  ["client,thread,type,f\n", "FILE:1: expected one column for the client, found client, thread, type, f"],
  [
    "process,type,f\n0,invoke,a,1\n",
    "FILE:2: expected a row of the table: Invalid Record Length: expect 3, got 4 on line 2",
  ],
  [
    'process,type,f\n0,"invoke,a\n',
    "FILE:2: expected a row of the table: Quote Not Closed: the parsing is finished with an opening quote at line 2",
  ],
  // Porcupine.
  [
    '{"ClientId":0,"Input":{"op":7},"Call":1,"Output":0,"Return":2}',
    "FILE:1: expected the operation's name, or its number as in porcupine's examples, in the input",
  ],
  ['{"Input":{"op":0,"ttl":5},"Call":1,"Output":0,"Return":2}', 'FILE:1: field ttl of ["op","ttl"] means nothing here'],
  ['{"Input":{"op":0},"Call":3,"Output":0,"Return":2}', "FILE:1: expected the times Call and Return, found 3 and 2"],
  [
    '{"Input":{"op":0,"key":"x"},"Call":1,"Output":{"Value":"","Err":"ErrTimeout"},"Return":2}',
    "FILE:1: an output with the error ErrTimeout does not say what became of the operation",
  ],
  ['{"Input":{"op":0,"key":"x"},"Call":1,"Output":{},"Return":2}', "FILE:1: expected the value read in the output"],
  ['{"Kind":true,"Value":1,"Id":3}', "FILE:1: expected the call of Id 3 before its return"],
  ['{"Kind":"maybe","Value":1,"Id":3}', 'FILE:1: expected Kind false (a call) or true (a return), found "maybe"'],
  [
    "{ClientId:0 Kind:false Value:{op:false value:1} Id:0}\nhm",
    'FILE:2: expected an Event or an Operation, as %+v prints it or as it stands in source, found "hm"',
  ],
  ["[{ClientId:0 Kind:false Value:{op:false value:1} Id:0}", 'FILE:1: expected "]" at the end of the line'],
  [
    '{"Partitions":[{"History":[\n{"ClientId":0,"Start":0,"End":9,"Description":"{0 1} -> {2}"}]}]}',
    "FILE:2: expected a description such as get('x') -> 'y', put('x', 'y') or cas(1, 2) -> ok, found \"{0 1} -> {2}\"",
  ],
  [
    '{"Partitions":[{"History":[{"ClientId":0,"Start":9,"End":0,"Description":"get() -> 1"}]}]}',
    "FILE:1: expected the times Start and End, found 9 and 0",
  ],
];

for (const [text, expected] of refused) {
  test(`refused with its line: ${JSON.stringify(text.slice(0, 70))}`, async () => {
    expect(await read(text)).toBe(expected);
  });
}

test("bytes that are not UTF-8 are refused with their line, not replaced by other text", async () => {
  const bytes = Buffer.concat([
    Buffer.from(`${MAP}\n{:process 1, :type :invoke, :f :write, :value "`),
    Buffer.of(0xff),
    Buffer.from('"}'),
  ]);
  expect(await read(bytes)).toBe("FILE:2: expected text in UTF-8");
  expect(await read(Buffer.concat([Buffer.from(`${MAP}\n`), Buffer.of(0xc3)]))).toBe("FILE:2: expected text in UTF-8");
});

test("each partition of porcupine's is a separate key", async () => {
  const path = join(scratch, "partitions.json");
  const element = (n: number): string =>
    `{"History":[{"ClientId":${n},"Start":0,"End":100,"Description":"write(${n})"}]}`;
  writeFileSync(path, `{"Partitions":[${element(1)},${element(2)}],"Annotations":[]}`);
  expect((await readHistory(path)).operations.map(({ key, argument }) => [key, argument])).toEqual([
    ["partition 1", 1],
    ["partition 2", 2],
  ]);
});

test("porcupine's descriptions: keys, unseen responses, refusals", async () => {
  const path = join(scratch, "descriptions.json");
  const descriptions = [
    "get('x') -> 'y'",
    "cas(1, 2) -> unknown",
    "cas(1, 2) -> fail",
    "read() -> null",
    "push(3)",
    "append('x', 'it, (so) be')",
    'Put("a", 007)',
  ];
  const elements = descriptions.map((Description, i) => JSON.stringify({ ClientId: i, Start: 0, End: 1, Description }));
  writeFileSync(path, `{"Partitions":[{"History":[${elements.join()}]}]}`);
  expect(
    (await readHistory(path)).operations.map(({ f, key, argument, output }) => [f, key, argument, output]),
  ).toEqual([
    ["get", "x", null, "y"],
    ["cas", undefined, [1, 2], undefined],
    ["cas", undefined, [1, 2], false],
    ["read", undefined, null, null],
    ["push", undefined, 3, null],
    ["append", "x", "it, (so) be", null],
    ["put", "a", "007", null],
  ]);
});
