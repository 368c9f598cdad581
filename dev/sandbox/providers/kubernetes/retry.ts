/** Creations that are too early, tried again: the namespace of an object, or its kind, may be on its way. */

/** Seconds before each next try. */
export const WAITS = [1, 2, 4, 8, 16];

interface Retries {
  mayPass(error: Error): boolean;
  /** Told of every failure, with the number of the try. */
  failed(error: Error, attempt: number): void;
  /** @throws Error when there is no use in waiting any more. */
  pause(seconds: number): Promise<void>;
}

/** @throws Error of the last try. */
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
