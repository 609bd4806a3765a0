import type { Call } from "../account/keys"
import { Connection, type ConnectionState, type Notice } from "../protocol/connection"

/** The connection and who hears of it; made before everything that calls. */
export class Line {
  readonly connection: Connection
  onState: (state: ConnectionState) => void = () => undefined
  onNotice: (notice: Notice | "missed") => void = () => undefined

  constructor(origin: string, token: (fresh: boolean) => Promise<string>) {
    this.connection = new Connection({
      ...{ origin, token },
      onState: (state) => this.onState(state),
      onNotice: (notice) => this.onNotice(notice),
    })
  }

  readonly call: Call = (name, payload) => this.connection.call(name, payload)
}
