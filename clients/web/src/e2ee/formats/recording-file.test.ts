import assert from "node:assert/strict"
import { test } from "node:test"
import { concatBytes } from "@noble/hashes/utils.js"
import { CHUNK_BYTES } from "./attachments"
import { signatureKeyPair } from "./ed25519"
import { FormatError } from "./errors"
import { type RecordingAbout, RecordingOpener, RecordingSealer } from "./recording-file"

const about: RecordingAbout = {
  call: new Uint8Array(16).fill(1),
  request: new Uint8Array(16).fill(2),
  startedAtMs: 1_790_000_000_000n,
  mediaType: "video/webm",
}
const rng = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const [ada, ben] = [1, 2].map((id) => ({ id: new Uint8Array(16).fill(id), key: signatureKeyPair(rng(32)) })) as [
  Person,
  Person,
]

interface Person {
  readonly id: Uint8Array
  readonly key: ReturnType<typeof signatureKeyPair>
}

const codeOf = (code: string) => (error: unknown) => error instanceof FormatError && error.code === code
const named = ({ id, key }: Person) => ({ accountId: id, accountPublic: key.public })

async function sealed(plain: Uint8Array, step: number, ...to: Person[]): Promise<Uint8Array> {
  const sealer = await RecordingSealer.begin(about, to.map(named), rng)
  const pieces: Uint8Array[] = []
  for (let at = 0; at < plain.length; at += step) pieces.push(sealer.push(plain.subarray(at, at + step)))
  return concatBytes(...pieces, sealer.finish())
}

async function opened(file: Uint8Array, { id, key }: Person, step = file.length): Promise<Uint8Array> {
  const opener = new RecordingOpener(id, key)
  const pieces: Uint8Array[] = []
  for (let at = 0; at < file.length; at += step) pieces.push(await opener.push(file.subarray(at, at + step)))
  return concatBytes(...pieces, opener.finish())
}

for (const size of [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]) {
  test(`each receiver opens a recording of ${size} octets, however it is handed over`, async () => {
    const plain = Uint8Array.from({ length: size }, (_, at) => at % 251)
    const file = await sealed(plain, 50_021, ben, ada)
    assert.deepEqual(await opened(file, ada), plain)
    assert.deepEqual(await opened(file, ben, 1_009), plain)
  })
}

test("somebody else, and an account under another key, are told which of the two they are", async () => {
  const file = await sealed(new Uint8Array(10), 10, ada)
  await assert.rejects(opened(file, ben), codeOf("recording.not_for_account"))
  await assert.rejects(opened(file, { id: ada.id, key: ben.key }), codeOf("recording.key_changed"))
})

test("what is no recording is not taken for a damaged one", async () => {
  await assert.rejects(opened(new Uint8Array(64), ada), codeOf("recording.malformed"))
})

test("of a file that was cut, what came before the cut is there", async () => {
  const plain = new Uint8Array(2 * CHUNK_BYTES + 5).fill(7)
  const file = await sealed(plain, plain.length, ada)
  const opener = new RecordingOpener(ada.id, ada.key)
  assert.deepEqual(await opener.push(file.subarray(0, -1)), plain.subarray(0, 2 * CHUNK_BYTES))
  assert.throws(() => opener.finish(), codeOf("recording.cut"))
})

test("no octet of it can be another one", async () => {
  const file = await sealed(new Uint8Array(CHUNK_BYTES + 1), 9_999, ada)
  for (const at of [7, 15, 40, 100, 200, 300, 400, CHUNK_BYTES, file.length - 1]) {
    const wrong = file.slice()
    wrong[at] = (wrong[at] ?? 0) ^ 1
    await assert.rejects(opened(wrong, ada), FormatError, String(at))
  }
})

test("nothing is sealed for nobody, or twice for one, or to what is no key", async () => {
  const refused = codeOf("mls.state.invalid_request")
  await assert.rejects(RecordingSealer.begin(about, [], rng), refused)
  await assert.rejects(RecordingSealer.begin(about, [named(ada), named(ada)], rng), refused)
  const none = { accountId: ada.id, accountPublic: new Uint8Array(32) }
  await assert.rejects(RecordingSealer.begin(about, [none], rng), refused)
})

test("a finished recording takes nothing more", async () => {
  const sealer = await RecordingSealer.begin(about, [named(ada)], rng)
  sealer.finish()
  assert.throws(() => sealer.push(new Uint8Array(1)), codeOf("mls.state.invalid_request"))
})
