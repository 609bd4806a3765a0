import type { Endpoint, HookConsole } from "../../state/hook-models"

/** An endpoint, and what can be done with it. */
export interface EndpointProps {
  readonly hooks: HookConsole
  readonly shown: Endpoint
}
