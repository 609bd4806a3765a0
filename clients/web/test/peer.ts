/**
 * The engine behind JSON lines: one request a line on stdin, one answer a line on
 * stdout, octets in base64. `{id, verb, …}` → `{id, ok}` or `{id, error: {code, message}}`.
 * Requests are handled one after the other, in the order in which they come.
 */

import { createInterface } from "node:readline"
import type { Group, OwnKeyPackage, Processed, Proposal, PskId, PskSources, StagedCommit } from "../src/e2ee/engine"
import { EngineError } from "../src/e2ee/engine"
import { attendanceMark } from "../src/e2ee/attendance"
import { senderBase } from "../src/e2ee/frame-keys"
import { deriveKeyPair, open, seal } from "../src/e2ee/hpke"
import { TsMlsEngine } from "../src/e2ee/tsmls"
import { keyPackageRef, primitives, readMessage } from "../src/e2ee/tsmls-wire"
import { acceptAnyCredential, bench } from "./bench"

type Json = null | boolean | number | string | Json[] | { [name: string]: Json | undefined }
type Request = { [name: string]: Json | undefined }

interface Client {
  readonly engine: TsMlsEngine
  keyPackages: OwnKeyPackage[]
  readonly groups: Map<string, Group>
  readonly staged: Map<string, StagedCommit>
  psks: { id: Uint8Array; secret: Uint8Array }[]
  /** Identities that the authentication service of this client refuses. */
  readonly rejected: Set<string>
}

const clients = new Map<string, Client>()
let nowSeconds = Math.floor(Date.now() / 1000)

const text = (octets: Uint8Array): string => Buffer.from(octets).toString("base64")
const octets = (value: Json | undefined): Uint8Array => new Uint8Array(Buffer.from(value as string, "base64"))
const optional = (value: Json | undefined): Uint8Array | undefined =>
  value === undefined || value === null ? undefined : octets(value)

function clientOf(request: Request): Client {
  const client = clients.get(request.client as string)
  if (client === undefined) throw new EngineError("misuse", "client is unknown")
  return client
}

function groupOf(request: Request, name: Json | undefined = request.group): Group {
  const group = clientOf(request).groups.get(name as string)
  if (group === undefined) throw new EngineError("misuse", "group is unknown")
  return group
}

function keep(request: Request, group: Group): Json {
  clientOf(request).groups.set(request.group as string, group)
  return look(request, group)
}

function look(request: Request, group: Group): Json {
  return {
    epoch: Number(group.epoch),
    ownLeaf: group.ownLeaf,
    standing: group.standing,
    authenticator: text(clientOf(request).engine.epochAuthenticator(group)),
  }
}

function pskId(value: Json): PskId {
  const psk = value as {
    kind: string
    id: string
    usage: "application"
    groupId: string
    epoch: number
  }
  return psk.kind === "external"
    ? { kind: "external", id: octets(psk.id) }
    : {
        kind: "resumption",
        usage: psk.usage,
        groupId: octets(psk.groupId),
        epoch: BigInt(psk.epoch),
      }
}

function extensions(value: Json | undefined): { type: number; data: Uint8Array }[] {
  return ((value ?? []) as { type: number; data: string }[]).map(({ type, data }) => ({
    type,
    data: octets(data),
  }))
}

function proposal(value: Json): Proposal {
  const given = value as Record<string, Json>
  switch (given.kind) {
    case "add":
      return { kind: "add", keyPackage: octets(given.keyPackage) }
    case "remove":
      return { kind: "remove", leafIndex: given.leafIndex as number }
    case "psk":
      return { kind: "psk", psk: pskId(given.psk as Json) }
    case "extensions":
      return { kind: "extensions", extensions: extensions(given.extensions) }
    case "reinit":
      return {
        kind: "reinit",
        groupId: octets(given.groupId),
        suite: given.suite as number,
        extensions: extensions(given.extensions),
      }
    default:
      throw new EngineError("misuse", "proposal is unknown")
  }
}

/** PSKs of the client, and the group that a successor or branch follows. */
function sources(request: Request): PskSources {
  const { psks: external, groups } = clientOf(request)
  const known = [...groups.values()]
  return request.predecessor === undefined
    ? { external, known }
    : { external, known, predecessor: groupOf(request, request.predecessor) }
}

function processed(request: Request, result: Processed): Json {
  const seen = { ...(keep(request, result.group) as Record<string, Json>), kind: result.kind }
  const authenticatedData = text(result.authenticatedData)
  switch (result.kind) {
    case "application":
      return {
        ...seen,
        authenticatedData,
        plaintext: text(result.plaintext),
        sender: result.sender.leafIndex,
        generation: result.generation,
        signature: text(result.signature),
        groupContext: text(result.groupContext),
        leafNode: text(result.leafNode),
      }
    case "proposal":
      return { ...seen, authenticatedData, sender: result.sender?.leafIndex ?? null }
    case "commit":
      return {
        ...seen,
        authenticatedData,
        external: result.external,
        added: result.added.map((member) => text(member.identity)),
        removed: result.removed.map((member) => text(member.identity)),
      }
  }
}

/** Those of a client of the same name elsewhere, or fresh ones. */
async function signatureKeys(request: Request): Promise<{ signaturePrivate: Uint8Array; signaturePublic: Uint8Array }> {
  if (request.signaturePrivate !== undefined)
    return { signaturePrivate: octets(request.signaturePrivate), signaturePublic: octets(request.signaturePublic) }
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])
  const { d, x } = await crypto.subtle.exportKey("jwk", pair.privateKey)
  const decode = (part: string | undefined) => new Uint8Array(Buffer.from(part ?? "", "base64url"))
  return { signaturePrivate: decode(d), signaturePublic: decode(x) }
}

const verbs: Record<string, (request: Request) => Promise<Json> | Json> = {
  now: (request) => {
    nowSeconds = request.seconds as number
    return null
  },
  client: async (request) => {
    const identity = { identity: octets(request.identity), ...(await signatureKeys(request)) }
    const rejected = new Set<string>()
    const engine = new TsMlsEngine(identity, {
      ...acceptAnyCredential,
      validateCredential: (judged) => Promise.resolve(!rejected.has(text(judged))),
      now: () => nowSeconds,
    })
    const psks = ((request.psks ?? []) as { id: string; secret: string }[]).map(({ id, secret }) => ({
      id: octets(id),
      secret: octets(secret),
    }))
    clients.set(request.client as string, {
      engine,
      keyPackages: [],
      groups: new Map(),
      staged: new Map(),
      psks,
      rejected,
    })
    return text(identity.signaturePublic)
  },
  reject: (request) => {
    clientOf(request).rejected.add(request.identity as string)
    return null
  },
  ownKeyPackage: async (request) => {
    const [suite, message] = [request.suite as number, octets(request.message)]
    const read = readMessage(message)
    if (read.wireformat !== "mls_key_package") throw new EngineError("malformed", "not a KeyPackage")
    clientOf(request).keyPackages.push({
      ...{ suite, message, lastResort: false },
      ref: await keyPackageRef(read.keyPackage, await primitives(suite)),
      initPrivate: octets(request.initPrivate),
      encryptionPrivate: octets(request.encryptionPrivate),
    })
    return null
  },
  keyPackages: async (request) => {
    const client = clientOf(request)
    const made = await client.engine.keyPackages(request.suite as number, request.count as number)
    client.keyPackages = [...client.keyPackages, ...made]
    return made.map(({ message }) => text(message))
  },
  create: async (request) =>
    keep(
      request,
      await clientOf(request).engine.create(
        octets(request.groupId),
        request.suite as number,
        extensions(request.extensions),
      ),
    ),
  joinWelcome: async (request) => {
    const { engine, keyPackages } = clientOf(request)
    const tree = optional(request.ratchetTree)
    const joined = await engine.joinWelcome(octets(request.welcome), keyPackages, tree, sources(request))
    return keep(request, joined.group)
  },
  joinExternal: async (request) => {
    const use = ((request.psks ?? []) as Json[]).map(pskId)
    const joined = await clientOf(request).engine.joinExternal(
      octets(request.groupInfo),
      request.resync as boolean,
      optional(request.ratchetTree),
      { ...sources(request), use },
    )
    return {
      ...(keep(request, joined.group) as Record<string, Json>),
      commit: text(joined.commit),
      groupInfo: text(joined.groupInfo),
    }
  },
  stageCommit: async (request) => {
    const client = clientOf(request)
    const staged = await client.engine.stageCommit(groupOf(request), (request.proposals as Json[]).map(proposal), {
      ...sources(request),
      includePending: request.includePending !== false,
      inlineTree: request.inlineTree !== false,
      authenticatedData: octets(request.authenticatedData ?? ""),
    })
    client.staged.set(request.group as string, staged)
    return {
      commit: text(staged.commit),
      welcome: staged.welcome === undefined ? null : text(staged.welcome),
      groupInfo: text(staged.groupInfo),
      ratchetTree: text(client.engine.ratchetTree(staged.accepted)),
    }
  },
  accept: (request) => settle(request, true),
  discard: (request) => settle(request, false),
  propose: async (request) => {
    const given = request.proposal === null ? undefined : proposal(request.proposal as Json)
    const made = await clientOf(request).engine.propose(groupOf(request), given)
    return { ...(keep(request, made.group) as Record<string, Json>), message: text(made.message) }
  },
  process: async (request) => {
    const { engine } = clientOf(request)
    const result = await engine.process(groupOf(request), octets(request.message), sources(request))
    return request.keep === false ? result.kind : processed(request, result)
  },
  protect: async (request) => {
    const data = octets(request.authenticatedData ?? "")
    const { engine } = clientOf(request)
    const made = await engine.protect(groupOf(request), octets(request.plaintext), data)
    keep(request, made.group)
    return text(made.message)
  },
  export: async (request) => {
    const { engine } = clientOf(request)
    const length = request.length as number
    return text(await engine.export(groupOf(request), request.label as string, octets(request.context), length))
  },
  senderBase: async (request) =>
    text(await senderBase(clientOf(request).engine, groupOf(request), request.leaf as number)),
  attendanceMark: async (request) =>
    text(
      await attendanceMark(clientOf(request).engine, groupOf(request), octets(request.session), octets(request.call)),
    ),
  look: (request) => look(request, groupOf(request)),
  members: (request) =>
    clientOf(request)
      .engine.members(groupOf(request))
      .map(({ leafIndex, identity, signatureKey }) => ({
        leafIndex,
        identity: text(identity),
        signatureKey: text(signatureKey),
      })),
  groupInfo: async (request) =>
    text(await clientOf(request).engine.groupInfo(groupOf(request), request.inlineTree !== false)),
  ratchetTree: (request) => text(clientOf(request).engine.ratchetTree(groupOf(request))),
  groupId: (request) => text(groupOf(request).groupId),
  serialise: (request) => text(clientOf(request).engine.serialise(groupOf(request))),
  restore: (request) => keep(request, clientOf(request).engine.restore(octets(request.stored))),
  forget: (request) => {
    clientOf(request).groups.delete(request.group as string)
    return null
  },
  hpkeSeal: async (request) => {
    const { kemOutput, ciphertext } = await seal(
      request.suite as number,
      octets(request.public),
      octets(request.info),
      octets(request.aad),
      octets(request.plaintext),
    )
    return { enc: text(kemOutput), ciphertext: text(ciphertext) }
  },
  hpkeOpen: async (request) =>
    text(
      await open(request.suite as number, octets(request.private), octets(request.info), octets(request.aad), {
        kemOutput: octets(request.enc),
        ciphertext: octets(request.ciphertext),
      }),
    ),
  deriveKeyPair: async (request) => {
    const pair = await deriveKeyPair(request.suite as number, octets(request.ikm))
    return { private: text(pair.private), public: text(pair.public) }
  },
  bench: (request) =>
    bench(request.what as string, request.suite as number, request.leaves as number, request.repetitions as number),
}

function settle(request: Request, accepted: boolean): Json {
  const client = clientOf(request)
  const staged = client.staged.get(request.group as string)
  if (staged === undefined) throw new EngineError("misuse", "no commit is staged")
  client.staged.delete(request.group as string)
  return keep(request, accepted ? client.engine.accept(staged) : client.engine.discard(staged))
}

async function answer(line: string): Promise<void> {
  const request = JSON.parse(line) as Request
  const { id } = request
  try {
    const verb = verbs[request.verb as string]
    if (verb === undefined) throw new EngineError("misuse", "verb is unknown")
    process.stdout.write(`${JSON.stringify({ id, ok: await verb(request) })}\n`)
  } catch (error) {
    const code = error instanceof EngineError ? error.code : "internal"
    const message = error instanceof Error ? error.message : String(error)
    process.stdout.write(`${JSON.stringify({ id, error: { code, message } })}\n`)
  }
}

for await (const line of createInterface({ input: process.stdin })) await answer(line)
