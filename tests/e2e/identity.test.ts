/** A deployed stack whose address, name, files or cluster change: nothing is lost unless it was named. */
import assert from "node:assert/strict";
import { type Answer, answer, wordsOf } from "./identity/answer";
import { asksPreview, type Said } from "./identity/case";
import { CASES } from "./identity/cases";
import { lostBetween } from "./identity/ground";
import { keepOutcome } from "./identity/outcomes";
import { openScene, type Scene } from "./identity/scene";
import { IS_LONG } from "./long";
import { world } from "./world";

describe("identity", function () {
  this.timeout(240_000);
  let scene: Scene;

  before(async () => {
    scene = await openScene();
  });
  after(async () => {
    await scene?.close();
  });

  for (const one of CASES.filter(({ isLong }) => IS_LONG || !isLong))
    it(`${one.kind}: ${one.name}`, async () => {
      const ground = scene.grounds[one.on ?? "dev"];
      const { kubeconfig } = one;
      ground.env = {
        KUBECONFIG:
          kubeconfig === undefined
            ? ground.kubeconfig
            : typeof kubeconfig === "function"
              ? kubeconfig(scene)
              : scene.files[kubeconfig],
      };
      const before = await ground.holdings();
      try {
        await one.change?.(ground, scene);
        const changed = one.change ? await ground.holdings().catch(() => before) : before;
        const ask = async (said: Said | undefined, program: string, ...args: string[]): Promise<Answer[]> =>
          said ? [await answer(ground, said, program, args)] : [];
        const stack = ["--stack", ground.stack.name];
        const looked = await Promise.all([
          ask(one.diff, "flotilla", "diff", ...stack),
          ask(
            asksPreview(one) ? one.preview : undefined,
            "pulumi",
            "preview",
            "--json",
            ...stack,
            "--non-interactive",
          ),
        ]);
        const answers = looked.flat();
        answers.push(
          ...(await ask(one.up, "pulumi", "up", "--yes", "--skip-preview", ...stack, "--non-interactive")),
        );
        const more = typeof one.more === "function" ? await one.more(ground, scene) : (one.more ?? []);
        for (const {
          run: [program, ...args],
          kubeconfig: next,
          ...said
        } of more) {
          if (next !== undefined) ground.env.KUBECONFIG = scene.files[next];
          answers.push(
            ...(await ask(said, program, ...args, ...(/flotilla|pulumi/.test(program) ? stack : []))),
          );
        }
        const after = await ground.holdings().catch(() => changed);
        const lost = lostBetween(changed, after);
        const wrong = answers.flatMap(({ problem }) => problem ?? []);
        const isUnasked = (what: string) => !one.allowed?.includes(what);
        const unasked = lost.filter(isUnasked).map((what) => `lost: ${what}`);
        const others = lostBetween(before, after).filter(
          (what) => what.startsWith("password") && after[what] !== undefined && isUnasked(what),
        );
        unasked.push(...others.map((what) => `another ${what}`));
        if (wrong.length + unasked.length > 0) assert.fail([...unasked, ...wrong].join("\n"));
        keepOutcome(world().providers, {
          kind: one.kind,
          name: one.name,
          before,
          after,
          byHand: lostBetween(before, changed),
          lost,
          answers: answers.map(wordsOf),
        });
      } finally {
        await one.restore?.(ground, scene);
        ground.env = {};
      }
    });
});
