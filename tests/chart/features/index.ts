/** Every feature of the shared chart: values, and what they make. The end-to-end suite asks the API server of each. */

import { CONTAINER_FEATURES } from "./containers";
import type { Feature } from "./feature";
import { OBSERVABILITY_FEATURES } from "./observability";
import { POD_FEATURES } from "./pods";
import { SCALING_FEATURES } from "./scaling";
import { SECURITY_FEATURES } from "./security";
import { TRAFFIC_FEATURES } from "./traffic";
import { WORKLOAD_FEATURES } from "./workloads";

/** By the section of values.yaml they belong to. */
export const FEATURES: Record<string, Feature[]> = {
  workloads: WORKLOAD_FEATURES,
  containers: CONTAINER_FEATURES,
  "more containers, configuration": POD_FEATURES,
  traffic: TRAFFIC_FEATURES,
  "scaling and availability": SCALING_FEATURES,
  security: SECURITY_FEATURES,
  "observability, labels, extra objects": OBSERVABILITY_FEATURES,
};
