/**
 * Padding to size buckets (RFC 9420 §6.3.1, §15.1): 256, 512 … 32,768 octets, so that
 * a ciphertext tells only which of eight sizes it has. Longer content (large commits)
 * is padded to the next multiple of the largest bucket.
 */

const SMALLEST_BUCKET_BYTES = 256
const LARGEST_BUCKET_BYTES = 32_768

/** The bucket of a `PrivateMessageContent` of `length` octets. */
export function paddedLength(length: number): number {
  if (length > LARGEST_BUCKET_BYTES) return Math.ceil(length / LARGEST_BUCKET_BYTES) * LARGEST_BUCKET_BYTES
  let bucket = SMALLEST_BUCKET_BYTES
  while (bucket < length) bucket *= 2
  return bucket
}
