/** Decrypted secret values in an exported state. They must never be printed. */

/** The mark of a secret in a state (pulumi/sdk/go/common/resource: SigKey and SecretSig). */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** A secret in the form that `pulumi stack import` accepts; the engine encrypts it before it stores it. */
export const secretOf = (plain: unknown) => ({
  [SIGNATURE]: SECRET_SIGNATURE,
  plaintext: JSON.stringify(plain),
});

/** Returns the value with every secret in it replaced by its plain text. */
export function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value) {
    const { plaintext } = value as { plaintext?: string };
    return plaintext === undefined ? undefined : revealed(JSON.parse(plaintext));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}
