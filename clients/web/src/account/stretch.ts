/** Argon2id in a worker of its own, which ends with the answer: its memory goes with it. */

import type { Stretch } from "../e2ee/formats/argon2"
import { FormatError } from "../e2ee/formats/errors"
import { startWorker } from "../protocol/workers"
import type { Answer, Question } from "./argon2-worker"

/** `Stretch` by the built `argon2-worker.ts` at this address. */
export function stretchBy(workerUrl: string): Stretch {
  return (secret, salt, cost) => {
    const worker = startWorker(workerUrl)
    const answer = new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data)
      worker.onerror = () => reject(new Error("the worker ended"))
    })
    worker.postMessage({ secret, salt, cost } satisfies Question)
    return answer.then(keyOf).finally(() => worker.terminate())
  }
}

function keyOf(answer: Answer): Uint8Array {
  if ("key" in answer) return answer.key
  throw new FormatError("keystore.out_of_memory", answer.refused)
}
