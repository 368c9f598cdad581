/** The remedies in messages of a plan: commands, or changes to a program that uses the components. */

/** Remedies. Each is a clause without a period. */
export interface Remedies {
  /** Deletes a store that was removed from the inventory. */
  removeStore(name: string): string;
  /** Allows an update to delete something, such as `secret/orders-auth`. `index` is its index in `allowDeletion`. */
  allow(deletion: string, index: number): string;
  /** Runs an update. */
  update: string;
  /** Starts a rotation of a store's passwords. */
  rotate(store: string): string;
  /** Moves the application to another namespace. A sentence. */
  move: string;
}

/** Returns the remedies for users of the `flotilla` command. */
export const commandRemedies = (stack: string): Remedies => ({
  removeStore: (name) => `npx flotilla remove ${name} --stack ${stack}`,
  allow: (deletion, index) =>
    `pulumi config set --path 'flotilla:allowDeletion[${index}]' ${deletion} --stack ${stack}, then npx flotilla up --stack ${stack}`,
  update: `npx flotilla up --stack ${stack}`,
  rotate: (store) => `npx flotilla rotate ${store} --stack ${stack}`,
  move: `To move it: create a second stack (npx flotilla init <stack>), back up and restore the data, then npx flotilla destroy --stack ${stack}; docs/operations.md, "Moving an application".`,
});

const allowInCode = (deletion: string): string =>
  `add "${deletion}" to settings.allowDeletion, and run pulumi state unprotect on its resources`;

/** The remedies for a program that uses the components. */
export const programRemedies: Remedies = {
  removeStore: (name) => allowInCode(`store/${name}`),
  allow: allowInCode,
  update: "pulumi up",
  rotate: (store) => `increase settings.stores["${store}"].generation by one`,
  move: "To move it: deploy a second Application, back up and restore the data, then remove the first one.",
};
