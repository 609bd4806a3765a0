import { useEffect, useRef, useState } from "preact/hooks"

/** Whether an element has come near to what is seen, once it did; and where to put it. */
export function useSeen<Element extends HTMLElement>() {
  const place = useRef<Element>(null)
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    if (!place.current || seen) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true)
      },
      { rootMargin: "200px" },
    )
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [seen])
  return { place, seen }
}
