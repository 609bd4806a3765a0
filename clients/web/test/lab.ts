/** What the tests drive in a real browser: the store, without the pages around it. */

import * as deviceLock from "../src/store/device-lock"
import * as keyring from "../src/store/keyring"
import * as vault from "../src/store/vault"

Object.assign(globalThis, { lab: { deviceLock, keyring, vault } })
