/** Findings of optional checkers in `flotilla check`: warnings, each with the exception that silences it. */
import assert from "node:assert/strict";
import { count, type ObjectOwner, rowsOfReport } from "../../cli/core/check-report";
import { application, problemsOf, settingsOf } from "../support";

describe("findings of optional checkers", () => {
  const report = {
    passed: 1,
    excepted: 0,
    findings: [
      {
        severity: "critical" as const,
        check: "pod-probes",
        object: "Deployment web",
        message: "it has none",
      },
      {
        severity: "warning" as const,
        check: "pod-probes",
        object: "Deployment other",
        message: "it has none",
      },
    ],
  };
  const owner =
    (exceptions: Record<string, string> = {}) =>
    (object: string): ObjectOwner | undefined =>
      object === "Deployment web" ? { path: "flotilla:services.web", exceptions } : undefined;

  it("are never errors: installed checkers do not change the exit code", () => {
    const rows = rowsOfReport("kube-score", report, owner());
    assert.equal(count([{ stage: "kube-score", lookedAt: "", rows }], "error"), 0);
    assert.equal(count([{ stage: "kube-score", lookedAt: "", rows }], "warning"), 2);
  });

  it("name the exception that silences them, and are silenced by it", () => {
    const [found] = rowsOfReport("kube-score", report, owner());
    assert.match(found?.todo ?? "", /flotilla:services\.web\.exceptions\.kube-score\/pod-probes$/);
    const why = "its probes are alike by design";
    const [excepted, ...others] = rowsOfReport("kube-score", report, owner({ "kube-score/pod-probes": why }));
    assert.deepEqual([excepted?.severity, excepted?.todo], ["excepted", why]);
    assert.deepEqual(
      others.map(({ severity }) => severity),
      ["warning"],
    );
  });

  it("are silenced in the settings only by the name of checker and check", () => {
    const shop = application();
    const settings = (rule: string) =>
      settingsOf(
        {
          application: "shop",
          services: { web: { exceptions: { [rule]: "its probes are alike by design" } } },
        },
        { shop },
      );
    settings("kube-score/pod-probes");
    settings("kubeconform/schema");
    for (const rule of ["kube-scor/pod-probes", "kube-score", "pod-probes"])
      assert.match(problemsOf(() => settings(rule))[0]?.what ?? "", /flotilla check has no rule/);
  });
});
