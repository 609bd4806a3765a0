/** The server's HTTPS endpoints: JSON in which octets are base64, and plain octets. */

import { NotConnected, refusal } from "./errors"
import { type Shape, ShapeError, toJson } from "./shape"

export const REQUEST_TIMEOUT_MS = 30_000

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Below `/api/v1`. */
  readonly path: string
  readonly token?: string
  readonly json?: unknown
  readonly octets?: Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

/**
 * The response of a request that the server did not refuse. Throws `NotConnected` when
 * there was none (it may have taken effect), `Refused` when the server said no.
 */
export async function request(origin: string, wanted: HttpRequest): Promise<Response> {
  const timeout = AbortSignal.timeout(wanted.timeoutMs ?? REQUEST_TIMEOUT_MS)
  const signal = wanted.signal === undefined ? timeout : AbortSignal.any([timeout, wanted.signal])
  let response: Response
  try {
    response = await fetch(`${origin}/api/v1${wanted.path}`, {
      method: wanted.method,
      headers: headersOf(wanted),
      body: wanted.octets ?? (wanted.json === undefined ? null : toJson(wanted.json)),
      signal,
      // A token in a header is the only authority there is (see the server's README).
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
    })
  } catch {
    throw new NotConnected("the server cannot be reached")
  }
  if (response.ok) return response
  throw refusal(await errorOf(response))
}

/** The answer in its shape. */
export async function ask<T>(origin: string, answer: Shape<T>, wanted: HttpRequest): Promise<T> {
  const response = await request(origin, wanted)
  try {
    return answer.read(await response.json(), wanted.path)
  } catch (error) {
    if (error instanceof ShapeError) throw error
    throw new NotConnected("the answer broke off")
  }
}

function headersOf(wanted: HttpRequest): Headers {
  const headers = new Headers(wanted.headers)
  if (wanted.token !== undefined) headers.set("Authorization", `Bearer ${wanted.token}`)
  if (wanted.octets !== undefined) headers.set("Content-Type", "application/octet-stream")
  else if (wanted.json !== undefined) headers.set("Content-Type", "application/json")
  return headers
}

async function errorOf(response: Response): Promise<unknown> {
  try {
    const body: unknown = await response.json()
    return typeof body === "object" && body !== null ? (body as { error?: unknown }).error : undefined
  } catch {
    return undefined
  }
}
