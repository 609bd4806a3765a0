/** What the tests drive in a real browser: the parts below the pages. */

import * as identity from "../src/account/identity"
import { alarmId } from "../src/log/alarms"
import { gather, settingsOf } from "../src/account/kept"
import { readPackage } from "../src/e2ee/tsmls-outside"
import * as deviceLock from "../src/store/device-lock"
import * as keyring from "../src/store/keyring"
import * as vault from "../src/store/vault"
import { BarePair } from "./lab-bare"
import { verbs as formats } from "./formats-verbs"
import { LabCall } from "./lab-call"
import { openChat } from "./lab-chat"
import { guest } from "./lab-guest"
import * as copy from "./lab-copy"
import * as crash from "./lab-crash"
import * as person from "./lab-person"
import * as state from "./lab-state"

Object.assign(globalThis, {
  lab: {
    deviceLock,
    keyring,
    vault,
    identity,
    alarmId,
    gather,
    settingsOf,
    readPackage,
    formats,
    LabCall,
    BarePair,
    openChat,
    guest,
    ...copy,
    ...crash,
    state,
    ...person,
  },
})
