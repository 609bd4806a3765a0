import type { SharedPurpose, Sharing } from "../../state/sharing-models"

export interface SharingProps {
  readonly sharing: Sharing
  /** Whoever asks for help, or has just done so, is asked for nothing else. */
  readonly isCalm: boolean
}

/** One purpose of it. */
export type PurposeProps = SharingProps & { readonly shown: SharedPurpose }
