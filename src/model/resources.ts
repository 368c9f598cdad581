import type { Resources } from "./application";

/** Requests and limits: of each resource the one that is asked for, then the most. */
export const resources = (cpu: [string, string], memory: [string, string]): Resources => ({
  requests: { cpu: cpu[0], memory: memory[0] },
  limits: { cpu: cpu[1], memory: memory[1] },
});
