import type { RefObject } from "preact"
import { useEffect, useRef } from "preact/hooks"

/**
 * Where the focus goes when what had it is gone with what stood there before.
 *
 * @param shown says what stands there; undefined while nothing does
 */
export function usePlace<Place extends HTMLElement = HTMLDivElement>(
  shown: string | undefined,
): RefObject<Place | null> {
  const place = useRef<Place>(null)
  const before = useRef(shown)
  useEffect(() => {
    const isNext = before.current !== undefined && before.current !== shown
    before.current = shown
    if (isNext && document.activeElement === document.body) place.current?.focus({ preventScroll: true })
  }, [shown])
  return place
}
