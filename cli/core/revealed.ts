/** Secret values in an exported state; nothing that is laid open may be shown again. */

/** The mark of a secret in a state (pulumi/sdk/go/common/resource: SigKey and SecretSig). */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** A secret as `pulumi stack import` takes it; the engine encrypts it before it writes it down. */
export const secretOf = (plain: string) => ({
  [SIGNATURE]: SECRET_SIGNATURE,
  plaintext: JSON.stringify(plain),
});

/** The value with every secret in it laid open. */
export function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value) {
    const { plaintext } = value as { plaintext?: string };
    return plaintext === undefined ? undefined : revealed(JSON.parse(plaintext));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}
