/** The page of `flotilla graph --format html`, and the diagrams of docs/, in a real browser. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import execa from "execa";
import { type Browser, chromium, type Page } from "playwright-core";
import { catalogue } from "../../apps";
import { PROJECT } from "../../cli/tools/paths";
import { ensureChromium } from "../../dev/checks/chromium";
import { ensureMermaid } from "../../dev/checks/mermaid";

describe("the graph's page, in a browser", function () {
  this.timeout(60_000);
  let browser: Browser;
  let page: Page;
  let folder: string;
  const complaints: string[] = [];

  before(async function () {
    this.timeout(10 * 60_000);
    const found = await ensureChromium();
    if (!found) return this.skip();
    folder = mkdtempSync(join(tmpdir(), "flotilla-page-"));
    browser = await chromium.launch({
      executablePath: found.path,
      // In a container the browser's sandbox has no permissions, and /dev/shm little space.
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
      env: { ...process.env, ...found.environment } as Record<string, string>,
    });
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) complaints.push(`asked for ${request.url()}`);
    });
  });

  after(async () => {
    await browser?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const chosen = () => page.locator("#details h2").textContent();
  const section = (title: string) =>
    page.locator(`#details h3:text-is("${title}") + ul`).locator("li").allTextContents();

  it("is written by the command line, in a single file", async () => {
    const out = join(folder, "g.html");
    const args = ["graph", "--stack", "prod", "--format", "html", "--out", out];
    await execa(join(PROJECT, "cli", "bin.js"), args, { cwd: PROJECT });
    await page.goto(pathToFileURL(out).href);
    assert.equal(await page.title(), "robot-shop in prod");
    const names = await page.locator(".node").evaluateAll((nodes) => nodes.map((node) => node.dataset.name));
    for (const name of Object.keys(catalogue["robot-shop"]?.services ?? {})) assert.ok(names.includes(name));
    // Boxes are inside the picture, and each contains its name.
    const sizes = await page.locator(".node").evaluateAll((nodes) =>
      nodes.map((node) => {
        const [box, text] = [node.querySelector("rect"), node.querySelector("text")];
        return (text?.getBoundingClientRect().width ?? 0) <= (box?.getBoundingClientRect().width ?? 0);
      }),
    );
    assert.ok(sizes.every(Boolean), "a name is wider than its box");
  });

  it("shows the edges, policy, resources and probes of the node that is clicked", async () => {
    await page.locator('.node[data-name="cart"]').click();
    assert.equal(await chosen(), "cart");
    assert.deepEqual(await section("Calls"), ["redis redis 6379", "catalogue http 8080"]);
    assert.deepEqual(await section("Called by"), [
      "web http 8080",
      "shipping http 8080",
      "payment http 8080",
    ]);
    assert.deepEqual(await section("Resources"), ["requests: 100m CPU, 256Mi", "limits: 500m CPU, 512Mi"]);
    assert.ok((await section("Policy, in")).includes("web: 8080"));
    assert.match((await section("Probes")).join(), /GET \/health/);
    const marked = await page.locator(".edge.chosen").evaluateAll((edges) => edges.length);
    assert.equal(marked, 5);
  });

  it("can be navigated from name to name, by keyboard, by search, and by a link to a node", async () => {
    await page.locator("#details button", { hasText: "redis" }).click();
    assert.equal(await chosen(), "redis");
    await page.locator('.node[data-name="shipping"]').focus();
    await page.keyboard.press("Enter");
    assert.equal(await chosen(), "shipping");
    await page.locator("#find").fill("payment");
    assert.equal(await chosen(), "payment");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("svg.choosing").count(), 0);
    assert.ok(page.url().endsWith("#payment"));
    await page.reload();
    assert.equal(await chosen(), "payment");
  });

  it("sends no requests, and logs no errors", () => {
    assert.deepEqual(complaints, []);
  });

  it("docs/ has diagrams that Mermaid draws, as on code hosts", async function () {
    const mermaid = await ensureMermaid();
    if (!mermaid) return this.skip();
    await page.goto("about:blank");
    await page.addScriptTag({ path: mermaid });
    const files = [
      "README.md",
      ...readdirSync(join(PROJECT, "docs", "applications")).map((file) => `docs/applications/${file}`),
    ];
    let drawn = 0;
    for (const file of files)
      for (const [, diagram] of readFileSync(join(PROJECT, file), "utf8").matchAll(
        /```mermaid\n([\s\S]*?)```/g,
      )) {
        const svg = await page.evaluate(
          async ([id, text]) => (await (globalThis as unknown as Mermaid).mermaid.render(id, text)).svg,
          [`d${drawn}`, diagram] as [string, string],
        );
        assert.match(svg, /^<svg/, file);
        assert.doesNotMatch(svg, /Syntax error/, file);
        drawn += 1;
      }
    assert.equal(drawn, 1 + Object.keys(catalogue).length);
  });
});

interface Mermaid {
  mermaid: { render(id: string, text: string): Promise<{ svg: string }> };
}
