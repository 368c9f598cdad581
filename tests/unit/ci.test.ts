/** The CI files of a new project: what they may do, and what their scripts do with the answers of GitHub and GitLab. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { parse } from "yaml";
import { PACKAGE } from "../../cli/tools/paths";

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { permissions?: Record<string, string>; steps: Step[] }>;
}
type GitLab = Record<string, { script?: string[] }>;

const template = join(PACKAGE, "cli", "template");
const read = <T>(file: string): T => parse(readFileSync(join(template, file), "utf8")) as T;
const check = read<Workflow>(".github/workflows/check.yml");
const deploy = read<Workflow>(".github/workflows/deploy.yml");
const gitlab = read<GitLab>(".gitlab-ci.yml");
const jobs = [...Object.values(check.jobs), ...Object.values(deploy.jobs)];
const scriptOf = (workflow: Workflow, name: string): string =>
  Object.values(workflow.jobs)
    .flatMap(({ steps }) => steps)
    .find((step) => step.name === name)?.run ?? assert.fail(name);

describe("the CI files of a new project", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "flotilla-ci-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A program on PATH in place of the real one. */
  const standIn = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/bash\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const run = (shell: string[], script: string, env: Record<string, string> = {}) =>
    execa(shell[0] as string, [...shell.slice(1), "-c", script], {
      cwd: folder,
      reject: false,
      all: true,
      env: {
        PATH: `${folder}:${process.env.PATH}`,
        STACK: "prod",
        RUNNER_TEMP: folder,
        GITHUB_STEP_SUMMARY: join(folder, "summary"),
        GITHUB_ENV: join(folder, "env"),
        GITHUB_REPOSITORY: "team/shop",
        GITHUB_SHA: "abc",
        NUMBER: "7",
        ...env,
      },
    });
  // As GitHub runs a step.
  const step = (script: string, env = {}) => run(["bash", "-e"], script, env);

  it("give jobs no more rights than they use, and pin actions to commits", () => {
    for (const workflow of [check, deploy]) assert.deepEqual(workflow.permissions, { contents: "read" });
    assert.deepEqual(
      jobs.map(({ permissions = {} }) =>
        Object.entries(permissions).filter(([, right]) => right === "write"),
      ),
      [[], [["pull-requests", "write"]], []],
    );
    for (const { uses } of jobs.flatMap(({ steps }) => steps))
      if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  it("hand no secret to a step that installs packages or runs the project's tests", () => {
    for (const { run: script, env = {} } of jobs.flatMap(({ steps }) => steps))
      if (/^npm /.test(script ?? "")) assert.deepEqual(env, {});
    for (const job of jobs) assert.ok(!("env" in job));
  });

  it("are shell scripts that bash can read, and put no text of a pull request into them", async () => {
    for (const { run: script } of jobs.flatMap(({ steps }) => steps)) {
      if (script === undefined) continue;
      assert.doesNotMatch(script, /\$\{\{/);
      assert.equal((await execa("bash", ["-n"], { input: script })).exitCode, 0);
    }
  });

  it("take exit code 2 of diff for success, and every other one for a failure", async () => {
    const scripts = [
      () => step(scriptOf(check, "Save the plan")),
      () => run(["sh", "-e"], (gitlab.plan?.script ?? []).slice(0, 3).join("\n")),
    ];
    for (const script of scripts)
      for (const code of [0, 1, 2, 3]) {
        standIn("npx", `exit ${code}`);
        assert.equal((await script()).exitCode === 0, code === 0 || code === 2, String(code));
      }
  });

  it("write the kubeconfig where only the runner reads it", async () => {
    const { exitCode } = await step(
      `${scriptOf(check, "Write the kubeconfig")}\nstat -c %a "$RUNNER_TEMP/kubeconfig" > mode`,
      { CONTENT: "a: 100%\nb" },
    );
    assert.equal(exitCode, 0);
    assert.equal(readFileSync(join(folder, "kubeconfig"), "utf8"), "a: 100%\nb");
    assert.equal(readFileSync(join(folder, "mode"), "utf8"), "600\n");
    assert.equal(readFileSync(join(folder, "env"), "utf8"), `KUBECONFIG=${folder}/kubeconfig\n`);
  });

  it("comment once on a pull request on GitHub, and update that comment", async () => {
    writeFileSync(join(folder, "plan.md"), "<!-- What an update of prod changes -->\n### x\n");
    const script = scriptOf(check, "Comment on the pull request");
    const log = 'printf "%s\\n" "$*" >> calls; [ "$2" = --paginate ] && cat answer; exit 0';
    standIn("gh", log);
    for (const [answer, expected] of [
      ["", "api --method POST repos/team/shop/issues/7/comments -F body=@plan.md --silent"],
      ["41\n42\n", "api --method PATCH repos/team/shop/issues/comments/41 -F body=@plan.md --silent"],
    ] as const) {
      writeFileSync(join(folder, "answer"), answer);
      const { exitCode, all } = await step(script);
      assert.equal(exitCode, 0, all);
      const calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
      assert.equal(calls.at(-1), expected);
      assert.match(calls.at(-2) ?? "", /startswith\("<!-- What an update of prod changes -->"\)/);
    }
  });

  it("find the plan of the merged pull request on GitHub, or fail and say why", async () => {
    const script = scriptOf(deploy, "Find the plan of the pull request");
    const gh = (head: string, id: string) =>
      standIn(
        "gh",
        `printf "%s\\n" "$*" >> calls; case "$1 $2" in "api "*) echo ${head};; "run list") echo ${id};; esac`,
      );
    gh("", "");
    assert.match((await step(script)).all ?? "", /no merged pull request of this repository has commit abc/);
    gh("def", "");
    assert.match((await step(script)).all ?? "", /check\.yml has not succeeded for commit def/);
    gh("def", "99");
    assert.equal((await step(script)).exitCode, 0);
    const calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
    assert.equal(calls.at(-1), `run download 99 --repo team/shop --name plan-prod --dir ${folder}/plan`);
  });

  describe("with GitLab", () => {
    let server: Server;
    /** Answers by method and path, and what was asked. */
    let answers: Record<string, unknown>;
    let asked: { call: string; token: unknown; body: string }[];

    beforeEach(async () => {
      asked = [];
      server = createServer((request, response) => {
        let body = "";
        request.on("data", (part: Buffer) => {
          body += part.toString();
        });
        request.on("end", () => {
          const call = `${request.method} ${request.url}`;
          asked.push({ call, token: request.headers["private-token"], body });
          const answer = answers[call];
          response.statusCode = answer === undefined ? 404 : 200;
          response.end(typeof answer === "string" ? answer : JSON.stringify(answer ?? {}));
        });
      });
      await new Promise<void>((resolve) => {
        server.listen(0, "127.0.0.1", resolve);
      });
    });
    afterEach(() => server.close());

    const call = (job: string) => {
      const script = gitlab[job]?.script?.find((line) => line.startsWith("node ")) ?? assert.fail(job);
      return run(["sh", "-e"], script, {
        CI_API_V4_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4`,
        CI_PROJECT_ID: "5",
        CI_MERGE_REQUEST_IID: "7",
        CI_COMMIT_SHA: "abc",
        GITLAB_TOKEN: "token",
      });
    };

    it("comment once, and update that comment", async () => {
      writeFileSync(join(folder, "plan.md"), "<!-- prod -->\n### x\n");
      const notes = "/v4/projects/5/merge_requests/7/notes";
      const other = { id: 1, body: "Looks good" };
      for (const [known, expected] of [
        [[other], `POST ${notes}`],
        [[other, { id: 2, body: "<!-- prod -->\nold" }], `PUT ${notes}/2`],
      ] as const) {
        answers = { [`GET ${notes}?sort=asc&per_page=100`]: known, [expected]: {} };
        const { exitCode, all } = await call("plan");
        assert.equal(exitCode, 0, all);
        assert.deepEqual(asked.at(-1), {
          call: expected,
          token: "token",
          body: JSON.stringify({ body: "<!-- prod -->\n### x\n" }),
        });
      }
    });

    it("find the plan of the merged merge request, or fail and say why", async () => {
      const of = "GET /v4/projects/5";
      answers = { [`${of}/repository/commits/abc/merge_requests`]: [{ iid: 7, state: "opened" }] };
      const none = await call("deploy");
      assert.equal(none.exitCode, 1);
      assert.match(none.all ?? "", /no merged merge request with commit abc, so there is no reviewed plan/);
      answers = {
        [`${of}/repository/commits/abc/merge_requests`]: [{ iid: 7, state: "merged" }],
        [`${of}/merge_requests/7/pipelines`]: [
          { id: 30, status: "failed", ref: "refs/merge-requests/7/head" },
          { id: 20, status: "success", ref: "feature" },
          { id: 10, status: "success", ref: "refs/merge-requests/7/head" },
        ],
        [`${of}/pipelines/10/jobs?per_page=100`]: [
          { id: 1, name: "check", status: "success" },
          { id: 2, name: "plan", status: "success" },
        ],
      };
      assert.match((await call("deploy")).all ?? "", /jobs\/2\/artifacts\/plan\.json: 404/);
      answers[`${of}/jobs/2/artifacts/plan.json`] = '{ "version": 1 }';
      assert.equal((await call("deploy")).exitCode, 0);
      assert.equal(readFileSync(join(folder, "plan.json"), "utf8"), '{ "version": 1 }');
    });
  });
});
