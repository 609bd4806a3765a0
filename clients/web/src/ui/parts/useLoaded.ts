import { useEffect, useState } from "preact/hooks"

/** What a part of the page needs that most visits do not; undefined until it is there. */
export function useLoaded<Module>(load: () => Promise<Module>): Module | undefined {
  const [module, setModule] = useState<Module>()
  useEffect(() => {
    let wanted = true
    void load().then((loaded) => wanted && setModule(loaded))
    return () => {
      wanted = false
    }
  }, [])
  return module
}
