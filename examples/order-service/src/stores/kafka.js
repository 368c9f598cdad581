// @ts-check
/** Publishes events to Kafka. */
import { ProduceAcks, Producer, stringSerializers } from "@platformatic/kafka";

/** The topic of new orders. */
const TOPIC = "orders";

/** @typedef {{ key: string, payload: object }} Event */

/** @param {string[]} brokers */
export function createPublisher(brokers) {
  const producer = new Producer({
    clientId: "order-service",
    bootstrapBrokers: brokers,
    serializers: stringSerializers,
    acks: ProduceAcks.ALL,
    autocreateTopics: true,
    connectTimeout: 3000,
    timeout: 5000,
    // For a broker that hangs. Its default of 30 s would delay a shutdown.
    requestTimeout: 6000,
    // The outbox tries again.
    retries: 0,
  });
  return {
    /** @param {Event[]} events */
    async publish(events) {
      const messages = events.map(({ key, payload }) => ({
        topic: TOPIC,
        key,
        value: JSON.stringify(payload),
      }));
      await producer.send({ messages });
    },
    close: () => producer.close(true),
  };
}
