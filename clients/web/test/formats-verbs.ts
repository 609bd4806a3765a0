/** Everything that can be asked of our byte formats. */

import { account } from "./formats-account"
import { attendance } from "./formats-attendance"
import { messages } from "./formats-content"
import { credentials } from "./formats-credentials"
import { deskLog } from "./formats-desk"
import { files } from "./formats-files"
import { frames } from "./formats-frames"
import { outside } from "./formats-headers"
import { keys } from "./formats-keys"
import { log } from "./formats-log"
import { primitives } from "./formats-primitives"
import { recordings } from "./formats-recording"
import { screenings } from "./formats-screening"
import { storage } from "./formats-storage"
import type { Verbs } from "./wire"

export const verbs: Verbs = {
  ...primitives,
  ...messages,
  ...keys,
  ...log,
  ...files,
  ...storage,
  ...account,
  ...outside,
  ...screenings,
  ...deskLog,
  ...frames,
  ...recordings,
  ...attendance,
  ...credentials,
}
