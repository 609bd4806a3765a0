import { useEffect, useState } from "preact/hooks"
import type { Conversation, Message } from "../../state/models"
import { useAsking } from "./useAsking"

/** The decrypted file of a message as an address in this page, once it was asked for. */
export function useFile(conversation: Conversation, message: Message) {
  const [url, setUrl] = useState<string>()
  const { busy, problem, ask } = useAsking()
  useEffect(() => {
    if (url === undefined) return
    return () => URL.revokeObjectURL(url)
  }, [url])
  const open = async (): Promise<string | undefined> => {
    if (url !== undefined) return url
    const { file } = await ask(() => conversation.fetchFile(message.id))
    if (!file) return undefined
    const address = URL.createObjectURL(file)
    setUrl(address)
    return address
  }
  return { url, busy, problem, open }
}
