/** Why a conversation does not do what was asked, under the codes of the Python client. */
export class ChatError extends Error {
  constructor(
    readonly code:
      | "client.not_a_member"
      | "client.not_readable"
      | "client.unknown_message"
      | "client.unknown_conversation"
      | "client.not_allowed"
      | "client.not_reportable"
      | "client.closed"
      | "client.blob_damaged"
      | "client.file_gone"
      | "client.file_not_sendable"
      | "client.document_kind"
      | "client.location_half_missing",
    /** More of the cause: a code again. */
    readonly why = "",
  ) {
    super(code)
    this.name = "ChatError"
  }
}
