/** A stack's config as updates recorded it, with secrets encrypted as in its stack file. */
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { isEncrypted } from "../../src/config/credentials";
import { isRecord } from "../../src/model/records";
import type { RecordedConfig } from "../core/restore";
import { ToolError } from "../tools/failure";
import { inTemporaryFolder } from "../tools/temporary";
import { pulumiQuietly } from "./engine";
import type { ConfigValue } from "./history";

/** Pulumi's placeholder for a secret that it cannot decrypt. */
const UNREADABLE = "ERROR_UNABLE_TO_DECRYPT";

/** Returns the values in a history with secrets shown; secrets are encrypted again immediately. */
export async function recordedConfig(
  stack: string,
  config: Readonly<Record<string, ConfigValue>>,
  currentFile: string,
): Promise<RecordedConfig> {
  const secretKeys = Object.keys(config).filter((key) => config[key]?.secret);
  const encrypt = secretKeys.length === 0 ? undefined : await encrypter(stack, currentFile);
  if (JSON.stringify(config).includes(UNREADABLE))
    throw new ToolError(
      `the secrets of that update cannot be read: they were encrypted with another passphrase or by another provider.\n  To deploy with the current passwords instead, change the settings by hand and run: npx flotilla up --stack ${stack}`,
    );
  const values: Record<string, unknown> = {};
  for (const [key, { value, objectValue, secret }] of Object.entries(config)) {
    const plain = objectValue ?? scalar(value);
    values[key] = secret && encrypt ? await encrypt([key], plain) : plain;
  }
  return values;
}

/** Numbers and booleans become such in the file, if they print exactly as recorded. */
const scalar = (value: string | undefined): unknown =>
  value !== undefined && /^(true|false|-?(0|[1-9][0-9]*))$/.test(value) && String(JSON.parse(value)) === value
    ? JSON.parse(value)
    : value;

type Encrypt = (path: readonly string[], plain: unknown) => Promise<unknown>;

/** Encrypts the strings of a value; for a string that the stack file also has, its ciphertext there is reused. */
async function encrypter(stack: string, currentFile: string): Promise<Encrypt> {
  const args = ["config", "--show-secrets", "--json", "--stack", stack, "--config-file", currentFile];
  const shown = JSON.parse(await pulumiQuietly(args)) as Record<string, ConfigValue>;
  const { config: written = {} } = parse(readFileSync(currentFile, "utf8")) as {
    config?: Record<string, unknown>;
  };
  const at = (value: unknown, path: readonly string[]): unknown =>
    path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
  const encrypt: Encrypt = async (path, plain) => {
    if (Array.isArray(plain)) return Promise.all(plain.map((item) => encrypt(path, item)));
    if (isRecord(plain)) {
      const entries: [string, unknown][] = [];
      for (const [key, value] of Object.entries(plain))
        entries.push([key, await encrypt([...path, key], value)]);
      return Object.fromEntries(entries);
    }
    const [key, ...rest] = path as [string, ...string[]];
    const now = at(shown[key]?.objectValue ?? shown[key]?.value, rest);
    const ciphertext = at(written[key], rest);
    return now === plain && isEncrypted(ciphertext)
      ? ciphertext
      : encryptText(stack, currentFile, String(plain));
  };
  return encrypt;
}

/** Lets pulumi encrypt a text, in a temporary file. */
const encryptText = (stack: string, currentFile: string, plain: string): Promise<unknown> =>
  inTemporaryFolder(tmpdir(), async (folder) => {
    const file = join(folder, "Pulumi.encrypt.yaml");
    const { config: _, ...encryption } = parse(readFileSync(currentFile, "utf8")) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify(encryption), { mode: 0o600 });
    const args = ["config", "set", "--secret", "restored:value", "--stack", stack, "--config-file", file];
    await pulumiQuietly(args, { input: plain });
    return (parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> }).config[
      "restored:value"
    ];
  });
