/** Publishing a list of devices over a line that may break. */

import type { Accounts } from "../protocol/accounts"
import { connectDelayMs } from "../protocol/backoff"
import { NotConnected } from "../protocol/errors"
import type { DevicesPublish, DevicesPublished } from "../protocol/events"
import { MAX_PUBLISH_ATTEMPTS } from "./enrol"

/** Publishes; the same list again while it is not known whether it arrived. */
export async function publishSurely(accounts: Accounts, request: DevicesPublish): Promise<DevicesPublished> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await accounts.publishDevices(request)
    } catch (error) {
      if (!(error instanceof NotConnected) || attempt === MAX_PUBLISH_ATTEMPTS) throw error
      await new Promise((resolve) => setTimeout(resolve, connectDelayMs(attempt)))
    }
  }
}
