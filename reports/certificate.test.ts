import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  Certificate,
  certificateFile,
  certificateJson,
  certificateLine,
  certificateOf,
  digestOf,
  mergeCertificates,
} from "./certificate.ts";
import { certificateName } from "./coverage-text.ts";

function shardOf(index: number, parts: Partial<Certificate> = {}): Certificate {
  return certificateOf({
    code: "0.1.0+abc",
    system: "peers",
    scope: { threads: 2, operations: 1, keys: 2 },
    shard: { index, count: 2 },
    verdict: "holds",
    scenarios: 3,
    explored: 3,
    executions: 30,
    blocked: 1,
    histories: 5,
    digest: digestOf([{ scenario: `s${index}`, executions: 30, blocked: 1, histories: 5 }]),
    violations: [],
    ...parts,
  });
}

/** The merged certificate of matching shards. */
function merge(shards: readonly Certificate[]): Certificate {
  const merged = mergeCertificates(shards);
  if ("misfit" in merged) throw new Error(merged.misfit);
  return merged;
}

test("the digest of rows does not depend on their order, and changes with any count", () => {
  const rows = fc.array(
    fc.record({ scenario: fc.string(), executions: fc.nat(), blocked: fc.nat(), histories: fc.nat() }),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(rows, fc.constantFrom("executions", "blocked", "histories"), (all, count) => {
      expect(digestOf(all.toReversed())).toBe(digestOf(all));
      expect(digestOf(all)).toMatch(/^[0-9a-f]{12}$/);
      expect(digestOf(all.map((row, index) => (index === 0 ? { ...row, [count]: row[count] + 1 } : row)))).not.toBe(
        digestOf(all),
      );
    }),
    { seed: 1 },
  );
});

test("shards add up to the whole, in whatever order they come", () => {
  const rows = [1, 2].map((index) => ({ scenario: `s${index}`, executions: 30, blocked: 1, histories: 5 }));
  const merged = merge([shardOf(2), shardOf(1)]);
  expect(merged).toEqual(
    shardOf(1, {
      shard: { index: 1, count: 1 },
      scenarios: 6,
      explored: 6,
      executions: 60,
      blocked: 2,
      histories: 10,
      digest: digestOf(rows),
    }),
  );
  expect(certificateJson(merged)).toBe(certificateJson(merge([shardOf(1), shardOf(2)])));
});

test("the worst shard decides the verdict, with its reason", () => {
  expect(mergeCertificates([shardOf(1), shardOf(2, { verdict: "unknown", because: "stopped" })])).toMatchObject({
    verdict: "unknown",
    because: "stopped",
  });
  const violation = { scenario: "s2", property: "avl", because: "unbalanced", trace: "traces/s2.trace.json" };
  expect(
    mergeCertificates([
      shardOf(1, { verdict: "unknown", because: "stopped" }),
      shardOf(2, { verdict: "violated", violations: [violation] }),
    ]),
  ).toMatchObject({ verdict: "violated", violations: [violation] });
});

test("shards that do not belong together are refused, with the reason", () => {
  const misfit = (...shards: Certificate[]): unknown => mergeCertificates(shards);
  expect(misfit()).toEqual({ misfit: "there is no certificate to merge" });
  expect(misfit(shardOf(1), shardOf(2, { system: "dst" }))).toEqual({
    misfit: "dst-2x1x2 and peers-2x1x2 are certificates of two scopes",
  });
  expect(misfit(shardOf(1), shardOf(2, { scope: { threads: 2, operations: 2, keys: 2 } }))).toEqual({
    misfit: "peers-2x2x2 and peers-2x1x2 are certificates of two scopes",
  });
  expect(misfit(shardOf(1), shardOf(2, { code: "0.1.0+def" }))).toEqual({
    misfit: "peers-2x1x2: shard 2 is of code 0.1.0+def, and shard 1 of 0.1.0+abc",
  });
  expect(misfit(shardOf(1), shardOf(2, { shard: { index: 2, count: 3 } }))).toEqual({
    misfit: "peers-2x1x2: it was cut in 2 shards and in 3",
  });
  expect(misfit(shardOf(2))).toEqual({ misfit: "peers-2x1x2: shard 1/2 is missing" });
  expect(misfit(shardOf(1), shardOf(1))).toEqual({ misfit: "peers-2x1x2: shard 2/2 is missing" });
  expect(misfit(shardOf(1), shardOf(2), shardOf(2))).toEqual({ misfit: "peers-2x1x2: a shard is there twice" });
});

test("a shard's file is named after the shard, that of the whole after the scope", () => {
  expect(certificateName(shardOf(1))).toBe("peers-2x1x2");
  expect(certificateFile(shardOf(1))).toBe("peers-2x1x2.shard-1-of-2.json");
  expect(certificateFile(shardOf(1, { shard: { index: 1, count: 1 } }))).toBe("peers-2x1x2.json");
});

test("one line reports what was explored, and what was not", () => {
  expect(certificateLine(shardOf(1, { executions: 30_000 }))).toBe(
    "holds     peers-2x1x2 (shard 1/2)  all 3 scenarios explored, sequentially consistent: " +
      "30,000 executions, 1 blocked, 5 histories",
  );
  expect(
    certificateLine(
      shardOf(1, { shard: { index: 1, count: 1 }, explored: 2, verdict: "unknown", because: "interrupted" }),
    ),
  ).toBe(
    "unknown   peers-2x1x2  2 of 3 scenarios explored, sequentially consistent: " +
      "30 executions, 1 blocked, 5 histories; interrupted",
  );
});

test("the file matches the schema", () => {
  const validate = new Ajv2020().compile(z.toJSONSchema(Certificate));
  expect(validate(JSON.parse(certificateJson(shardOf(1))))).toBe(true);
  expect(validate({ ...shardOf(1), scenarios: -1 })).toBe(false);
});
