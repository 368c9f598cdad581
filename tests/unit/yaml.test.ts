/** Manifests are read the way Helm and kubectl do. */
import assert from "node:assert/strict";
import { documentsIn } from "../../cli/core/diff/yaml";

const scalar = (text: string): unknown => (documentsIn(`a: ${text}`)[0] as { a: unknown }).a;

/** JSON that sigs.k8s.io/yaml produces (tried with version 1.6). */
const READ: Record<string, unknown> = {
  "0755": 493,
  "493": 493,
  '"0755"': "0755",
  "0o755": 493,
  "08": 8,
  "1_000": 1000,
  "0x1f": 31,
  "0b11": 3,
  "+5": 5,
  "-07": -7,
  "-0x1f": -31,
  "1e3": 1000,
  "1.5": 1.5,
  ".5": 0.5,
  "1.": 1,
  "-.5": -0.5,
  "1e": "1e",
  "7e93345": "7e93345",
  "1e400": "1e400",
  "0.1.2": "0.1.2",
  yes: true,
  No: false,
  on: true,
  y: true,
  n: false,
  '"y"': "y",
  "~": null,
  null: null,
  "": null,
  Null: null,
  "2024-01-01": "2024-01-01",
  "12:30": "12:30",
  "12:30:45": "12:30:45",
  "1_": 1,
  _1: "_1",
  "0x": "0x",
  ".": ".",
  "+": "+",
  "<<": "<<",
  "0_7": 7,
  "1e+3": 1000,
  "12e03": 12000,
  "0x_1f": 31,
  "100m": "100m",
  "1Gi": "1Gi",
};

describe("YAML of manifests", () => {
  it("has the type that Kubernetes gives each scalar", () => {
    for (const [text, value] of Object.entries(READ)) assert.deepEqual(scalar(text), value, text);
  });

  it("is merged, and the last of duplicate keys counts", () => {
    const [, second] = documentsIn(
      "---\n---\na: &base { b: 1, c: 1 }\nd: { <<: *base, c: 2 }\na: 3\n",
    ) as object[];
    assert.deepEqual(second, { a: 3, d: { b: 1, c: 2 } });
  });
});
