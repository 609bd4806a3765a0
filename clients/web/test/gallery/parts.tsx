/** Parts that stand within other screens, each by itself. */

import type { ComponentChildren } from "preact"
import { Screen, Section } from "../../src/ui/parts/Screen"
import { AFTER } from "../../src/ui/desk/card-files"
import { OneCard } from "../../src/ui/desk/Cards"
import { AskMe } from "../../src/ui/screening/AskMe"
import { ExitBar } from "../../src/ui/shell/ExitBar"
import { DONE } from "./values"

const done = () => Promise.resolve(DONE)
const alone = (part: ComponentChildren) => (
  <>
    <ExitBar />
    <main>
      <Screen title="Talk to somebody">
        <Section title="To be understood sooner">{part}</Section>
      </Screen>
    </main>
  </>
)

export const askMe = () => alone(<AskMe conversation={{ sendScreening: done }} onBand={done} />)

export const afterCard = () => alone(<OneCard id={AFTER} />)
