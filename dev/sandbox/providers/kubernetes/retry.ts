/** Retries creations: the namespace or the kind of an object may not exist yet. */

/** Seconds to wait before each retry. */
export const WAITS = [1, 2, 4, 8, 16];

interface Retries {
  mayPass(error: Error): boolean;
  /** Called for every failure, with the number of the attempt. */
  failed(error: Error, attempt: number): void;
  /** @throws Error to stop retrying. */
  pause(seconds: number): Promise<void>;
}

/** @throws Error of the last attempt. */
export async function retry<T>(work: () => Promise<T>, { mayPass, failed, pause }: Retries): Promise<T> {
  for (let attempt = 0; ; attempt++)
    try {
      return await work();
    } catch (error) {
      failed(error as Error, attempt);
      const wait = WAITS[attempt];
      if (wait === undefined || !mayPass(error as Error)) throw error;
      await pause(wait);
    }
}
