import type { ComponentChildren } from "preact"
import { useState } from "preact/hooks"
import type { Calls } from "../../state/call-models"
import type { Desk } from "../../state/desk-models"
import type { App } from "../../state/models"
import { announced } from "../announce"
import { CrisisBar } from "../crisis/CrisisBar"
import { Icon } from "../parts/Icon"
import { useLoaded } from "../parts/useLoaded"
import { say } from "../words"
import { Connection } from "./Connection"
import { ExitBar } from "./ExitBar"
import { HelpSheet } from "./HelpSheet"
import { Newer } from "./Newer"
import { Reminder } from "./Reminder"
import css from "./Shell.module.css"

export interface ShellProps {
  readonly app: App
  readonly children: ComponentChildren
  /** Beside the screen, where there is room for both. */
  readonly side?: ComponentChildren
  /** The screen is as high as the window and scrolls in itself. */
  readonly filled?: boolean
}

/** What is the same around every screen: the way out, help, and how things stand. */
export function Shell({ app, children, side, filled = false }: ShellProps) {
  const [helping, setHelping] = useState(false)
  const phase = app.phase.value
  const isSignedIn = phase.kind === "open"
  return (
    <div class={css.shell} data-filled={filled || side !== undefined}>
      <ExitBar>
        <a class={css.skip} href="#main" onClick={skip}>
          {say("skip")}
        </a>
        {isSignedIn && <Connection state={app.connection.value} />}
        <button type="button" class={css.help} aria-haspopup="dialog" onClick={() => setHelping(true)}>
          <Icon name="heart" />
          {say("help.title")}
        </button>
      </ExitBar>
      <div class={css.above}>
        <div class={css.soon} role="status">
          {phase.kind === "open" && <CrisisBar crisis={phase.session.crisis} />}
          {phase.kind === "open" && <Reminder session={phase.session} />}
        </div>
        {phase.kind === "open" && phase.session.calls.value !== undefined && (
          <Calling calls={phase.session.calls.value} />
        )}
        {phase.kind === "open" && phase.session.desk.value !== undefined && <Duty desk={phase.session.desk.value} />}
      </div>
      <div class={css.panes} data-side={side !== undefined}>
        {side !== undefined && (
          <nav class={css.side} aria-label={say("home.title")}>
            {side}
          </nav>
        )}
        <main id="main" class={css.main} tabIndex={-1} data-filled={filled} data-door={!isSignedIn}>
          {isSignedIn && <Newer app={app} />}
          {children}
        </main>
      </div>
      <p role="status" class="hidden">
        {announced.value}
      </p>
      {helping && (
        <HelpSheet
          conversations={phase.kind === "open" ? phase.session.conversations.value : []}
          crisis={phase.kind === "open" ? phase.session.crisis : undefined}
          onClose={() => setHelping(false)}
        />
      )}
    </div>
  )
}

/** Of those who answer people in a crisis: what is asked of them, on every screen. */
function Duty({ desk }: { readonly desk: Desk }) {
  const loaded = useLoaded(() => import("../desk/DutyBar"))
  return loaded ? <loaded.DutyBar desk={desk} /> : null
}

/** Where there is a call, what belongs to it on every screen. */
function Calling({ calls }: { readonly calls: Calls }) {
  return calls.current.value !== undefined || calls.running.value.length > 0 ? <CallBar calls={calls} /> : null
}

function CallBar({ calls }: { readonly calls: Calls }) {
  const loaded = useLoaded(() => import("../call/CallBar"))
  return loaded ? <loaded.CallBar calls={calls} /> : null
}

function skip(event: MouseEvent): void {
  event.preventDefault()
  document.getElementById("main")?.focus()
}
