/** Every feature of the shared chart: values, and the expected objects. The end-to-end suite sends each to the API server. */

import { CONTAINER_FEATURES } from "./containers";
import type { Feature } from "./feature";
import { OBSERVABILITY_FEATURES } from "./observability";
import { POD_FEATURES } from "./pods";
import { SCALING_FEATURES } from "./scaling";
import { SECURITY_FEATURES } from "./security";
import { TRAFFIC_FEATURES } from "./traffic";
import { WORKLOAD_FEATURES } from "./workloads";

/** By section of values.yaml. */
export const FEATURES: Record<string, Feature[]> = {
  workloads: WORKLOAD_FEATURES,
  containers: CONTAINER_FEATURES,
  "more containers, configuration": POD_FEATURES,
  traffic: TRAFFIC_FEATURES,
  "scaling and availability": SCALING_FEATURES,
  security: SECURITY_FEATURES,
  "observability, labels, extra objects": OBSERVABILITY_FEATURES,
};
