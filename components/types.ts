/** The types that the components have in a state. They never change: a resource of another type is another resource. */
export const TYPES = {
  application: "flotilla:index:Application",
  credentials: "flotilla:index:Credentials",
  job: "flotilla:index:Job",
  microservice: "flotilla:index:Microservice",
  namespace: "flotilla:index:Namespace",
  store: "flotilla:index:Store",
} as const;
