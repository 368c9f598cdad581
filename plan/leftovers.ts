/** The generated passwords of a planned Secret. */
import type { Plan } from "./plan";
import { credentialsIn } from "./secret-text";

export const namesOfCredentials = (
  { secrets, credentials }: Pick<Plan, "secrets" | "credentials">,
  secret: string,
): string[] => [
  ...new Set(
    Object.values(secrets[secret]?.keys ?? {})
      .flatMap(credentialsIn)
      .filter((name) => credentials[name]?.source === "generated"),
  ),
];
