import type { Resources } from "./application";

/** Returns requests and limits. Each argument is the request and the limit of one resource. */
export const resources = (cpu: [string, string], memory: [string, string]): Resources => ({
  requests: { cpu: cpu[0], memory: memory[0] },
  limits: { cpu: cpu[1], memory: memory[1] },
});
