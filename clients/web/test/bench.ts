/** The engine against the clock, inside this process, so that no pipe is measured. */

import type { Group, OwnKeyPackage, Surroundings } from "../src/e2ee/engine"
import { EngineError } from "../src/e2ee/engine"
import { TsMlsEngine } from "../src/e2ee/tsmls"

/** Accepts everybody, each identity being its own client. For tests only. */
export const acceptAnyCredential: Omit<Surroundings, "now"> = {
  validateCredential: () => Promise.resolve(true),
  clientOf: (identity) => identity,
}

const MESSAGE_BYTES = 300
/** Fewer than the generations that a receiver follows at once. */
const BATCH = 50

interface Person {
  readonly engine: TsMlsEngine
  group: Group
}

async function person(name: string): Promise<TsMlsEngine> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])
  const { d, x } = await crypto.subtle.exportKey("jwk", pair.privateKey)
  const decode = (part: string | undefined) => new Uint8Array(Buffer.from(part ?? "", "base64url"))
  const identity = {
    identity: new TextEncoder().encode(name),
    signaturePrivate: decode(d),
    signaturePublic: decode(x),
  }
  return new TsMlsEngine(identity, {
    ...acceptAnyCredential,
    now: () => Math.floor(Date.now() / 1000),
  })
}

/** A group in which every member has committed once, so that its tree is full. */
async function circle(suite: number, leaves: number): Promise<Person[]> {
  const first = await person("1")
  const members: Person[] = [{ engine: first, group: await first.create(new Uint8Array(16), suite, []) }]
  while (members.length < leaves) {
    const engine = await person(String(members.length + 1))
    const [keyPackage] = await engine.keyPackages(suite, 1)
    const group = await invite(members, keyPackage as OwnKeyPackage, engine)
    members.push({ engine, group })
    await commit(members, members.length - 1)
  }
  return members
}

async function invite(members: Person[], keyPackage: OwnKeyPackage, joiner: TsMlsEngine): Promise<Group> {
  const welcome = await commit(members, members.length - 1, [keyPackage])
  return (await joiner.joinWelcome(welcome as Uint8Array, [keyPackage])).group
}

async function commit(
  members: Person[],
  committer: number,
  adds: OwnKeyPackage[] = [],
): Promise<Uint8Array | undefined> {
  const by = members[committer] as Person
  const proposals = adds.map(({ message }) => ({ kind: "add" as const, keyPackage: message }))
  const staged = await by.engine.stageCommit(by.group, proposals)
  for (const member of members) {
    member.group = member === by ? staged.accepted : (await member.engine.process(member.group, staged.commit)).group
  }
  return staged.welcome
}

type Task = (members: Person[], suite: number) => Promise<() => Promise<void>>

/** Each prepares what is not to be measured, and gives what is. */
const tasks: Record<string, Task> = {
  encrypt: async ([sender]) => {
    const plaintext = new Uint8Array(MESSAGE_BYTES)
    const from = sender as Person
    return async () => {
      from.group = (await from.engine.protect(from.group, plaintext)).group
    }
  },
  decrypt: async ([sender, receiver]) => {
    const [from, to] = [sender as Person, receiver as Person]
    let waiting: Uint8Array[] = []
    for (let made = 0; made < BATCH; made++) {
      const sent = await from.engine.protect(from.group, new Uint8Array(MESSAGE_BYTES))
      from.group = sent.group
      waiting.push(sent.message)
    }
    return async () => {
      const [message, ...rest] = waiting
      waiting = rest
      to.group = (await to.engine.unprotect(to.group, message as Uint8Array)).group
    }
  },
  create: async ([committer]) => {
    const by = committer as Person
    return async () => {
      await by.engine.stageCommit(by.group, [])
    }
  },
  process: async (members) => {
    const [by, to] = [members[0] as Person, members[members.length - 1] as Person]
    const staged = await by.engine.stageCommit(by.group, [])
    return async () => {
      await to.engine.process(to.group, staged.commit)
    }
  },
  join: async (members, suite) => {
    const engine = await person("guest")
    const [keyPackage] = await engine.keyPackages(suite, 1)
    const by = members[0] as Person
    const add = { kind: "add" as const, keyPackage: (keyPackage as OwnKeyPackage).message }
    const staged = await by.engine.stageCommit(by.group, [add])
    return async () => {
      await engine.joinWelcome(staged.welcome as Uint8Array, [keyPackage as OwnKeyPackage])
    }
  },
}

const circles = new Map<string, Promise<Person[]>>()

/** Milliseconds for each of `repetitions`; a group of the size is made once and kept. */
export async function bench(what: string, suite: number, leaves: number, repetitions: number): Promise<number[]> {
  const task = tasks[what]
  if (task === undefined) throw new EngineError("misuse", "bench is unknown")
  const name = `${suite}/${leaves}`
  const made = circles.get(name) ?? circle(suite, leaves)
  circles.set(name, made)
  const members = await made
  const times: number[] = []
  let run: (() => Promise<void>) | undefined
  for (let done = 0; done < repetitions; done++) {
    if (run === undefined || done % BATCH === 0) run = await task(members, suite)
    const begin = performance.now()
    await run()
    times.push(performance.now() - begin)
  }
  return times
}
