/** Finds a browser to test pages: the one on PATH, else Debian's chromium, unpacked into the cache. */
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { delimiter, join } from "node:path";
import execa from "execa";
import { say, step } from "../../cli/terminal/progress";
import { firstLine } from "../../cli/tools/failure";
import { cacheFolder } from "../../cli/tools/paths";
import { inTemporaryFolder } from "../../cli/tools/temporary";
import { outsidePath } from "../../cli/tools/toolchain/ensure";
import { executablesOnPath } from "../../cli/tools/toolchain/search-path";

export interface Browser {
  path: string;
  /** What to set on top of the caller's environment. */
  environment: Record<string, string>;
}

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Returns a browser, or undefined if none is available; callers then skip its tests. */
export async function ensureChromium(): Promise<Browser | undefined> {
  const [onPath] = NAMES.flatMap((name) => executablesOnPath(name, outsidePath(process.env.PATH ?? "")));
  if (onPath !== undefined) return { path: onPath, environment: {} };
  const version = await candidate();
  if (version === undefined) {
    say("no browser is on PATH, and Debian's chromium is not available: install chromium to test pages");
    return undefined;
  }
  const folder = join(cacheFolder(), "tools", `chromium-${version.replace(/[^0-9A-Za-z.]/g, "-")}`);
  try {
    if (!existsSync(folder)) await step(`unpacking chromium ${version} from Debian`, () => unpack(folder));
  } catch (error) {
    say(`chromium is not available: ${firstLine((error as Error).message)}`);
    return undefined;
  }
  const path = join(folder, "usr", "lib", "chromium", "chromium");
  return { path, environment: { LD_LIBRARY_PATH: librariesIn(folder).join(delimiter) } };
}

/** Returns the version that apt would install. Ubuntu's package of that name only refers to snap. */
async function candidate(): Promise<string | undefined> {
  const { stdout, exitCode } = await execa("apt-cache", ["policy", "chromium"], { reject: false });
  const version = exitCode === 0 ? /Candidate: (\S+)/.exec(stdout)?.[1] : undefined;
  return version === undefined || version === "(none)" || /snap|ubuntu/.test(version) ? undefined : version;
}

/** Unpacks Chromium and the libraries that this machine lacks. Nothing is installed, so it needs no root. */
async function unpack(folder: string): Promise<void> {
  mkdirSync(cacheFolder(), { recursive: true });
  await inTemporaryFolder(cacheFolder(), async (temporary) => {
    const { stdout } = await execa("apt-get", [
      "--quiet=2",
      "--print-uris",
      "--no-install-recommends",
      "install",
      "chromium",
    ]);
    // 'address' package_version_arch.deb size digest
    const packages = stdout.split("\n").flatMap((line) => /^'[^']*' ([^_ ]+)_/.exec(line)?.[1] ?? []);
    // apt verifies each archive against the digest in its signed list.
    await execa("apt-get", ["--quiet=2", "download", ...packages], { cwd: temporary });
    const root = join(temporary, "root");
    for (const archive of readdirSync(temporary).filter((file) => file.endsWith(".deb")))
      await execa("dpkg-deb", ["--extract", archive, root], { cwd: temporary });
    mkdirSync(join(cacheFolder(), "tools"), { recursive: true });
    renameSync(root, folder);
  });
}

/** Returns the folders of the unpacked libraries, per architecture. */
function librariesIn(folder: string): string[] {
  const base = join(folder, "usr", "lib");
  const architectures = readdirSync(base).filter((name) => name.includes("-linux-"));
  return architectures.flatMap((name) => [join(base, name), join(base, name, "pulseaudio")]);
}
