/** Amounts of micro-MVT as people read them. */

import { MICRO } from "./packs"

/** "67.5": the decimal number of MVT, exact, however large. */
export function decimalOf(micro: bigint): `${number}` {
  const fraction = (micro % MICRO).toString().padStart(6, "0").replace(/0+$/, "")
  return `${micro / MICRO}${fraction && `.${fraction}`}` as `${number}`
}
