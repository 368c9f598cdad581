/** What the demo does where pods run: it provides their images, and shows the public service. */
import { openService } from "../../cli/stack/open-service";
import { planAfresh } from "../../cli/stack/planning";
import { DEFAULT_APPLICATION } from "../../cli/stack/project";
import { say } from "../../cli/terminal/progress";
import { ToolError } from "../../cli/tools/failure";
import { fullName } from "../../src/model/image-formats";
import { imagesOfPlan } from "../../src/plan/rules/from-values";
import { partsOf } from "../../src/plan/rules/image-rules";
import type { World } from "./folders";
import { EXAMPLES } from "./images/choice";
import { hasExample } from "./images/example";
import { provideImages } from "./images/provide";

/** The application whose program is in `examples/`, so that every machine can run it. */
const EXAMPLE = "order-service";

/** The version that the demo advises to deploy next. */
export const NEXT_TAG = "2.0.0";

const REQUEST_SECONDS = 30;

/** Returns the application of a demo that names none. */
export const demoApplication = (podsRun: boolean): string =>
  podsRun && hasExample(EXAMPLE) ? EXAMPLE : DEFAULT_APPLICATION;

/** @throws ToolError if there is no way to get an image. */
export async function provideDemoImages(world: World, stack: string): Promise<void> {
  const { planned, settings } = planAfresh(stack);
  const images = imagesOfPlan(planned, settings);
  const repositories = images.map((image) => partsOf(fullName(image)).repository);
  const next = Object.keys(EXAMPLES).filter((repository) => repositories.includes(repository));
  await provideImages(world, [...images, ...next.map((repository) => `${repository}:${NEXT_TAG}`)]);
}

/**
 * Sends a request to the public service and prints where it answers. On a terminal the connection stays until Ctrl-C.
 * @throws ToolError if it does not answer.
 */
export async function showPublicService(stack: string): Promise<void> {
  const stays = process.stdout.isTTY === true;
  await openService(stack, {
    onReady: async (url, { service }) => {
      const { status, milliseconds } = await answerOf(url);
      process.stdout.write(`\nGET ${url}: ${status} in ${milliseconds} ms\n`);
      if (stays) say(`open it in a browser; ${service} answers there until Ctrl-C`);
      else process.stdout.write(`To open it again: npx flotilla open --stack ${stack}\n`);
      return !stays;
    },
  });
}

async function answerOf(url: string): Promise<{ status: number; milliseconds: number }> {
  const start = Date.now();
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(REQUEST_SECONDS * 1000) });
    return { status, milliseconds: Date.now() - start };
  } catch (error) {
    throw new ToolError(`${url} does not answer: ${(error as Error).message}`);
  }
}
