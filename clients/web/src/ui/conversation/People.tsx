import { useState } from "preact/hooks"
import type { Crisis } from "../../state/crisis-models"
import type { Conversation, Member } from "../../state/models"
import { NotOkay } from "../crisis/NotOkay"
import { Button } from "../parts/Button"
import { Switch } from "../parts/Choice"
import { Dialog } from "../parts/Dialog"
import { Face } from "../parts/Face"
import { Field } from "../parts/Field"
import { GroupList, LinkRow } from "../parts/Group"
import { problemText } from "../parts/problems"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { useLoaded } from "../parts/useLoaded"
import { say } from "../words"
import { MemberDevices } from "./MemberDevices"
import css from "./People.module.css"

export interface PeopleProps {
  readonly conversation: Conversation
  readonly crisis: Crisis
  /** Whether it is muted is in the list of conversations. */
  readonly muted: boolean
}

type Question = { readonly kind: "block" | "unblock" | "remove"; readonly member: Member } | { readonly kind: "leave" }

/** Who is here, with which devices, and how to keep somebody away. */
export function People({ conversation, crisis, muted }: PeopleProps) {
  const [question, setQuestion] = useState<Question>()
  const { busy, problem, ask } = useAsking()
  const answer = async (asked: Question) => {
    const outcome = await ask(() => carryOut(conversation, asked))
    if (outcome.done) setQuestion(undefined)
  }
  const isCircle = conversation.kind === "circle"
  return (
    <Screen title={say("people.title")} back={`#/c/${conversation.id}`}>
      <GroupList>
        {conversation.members.value.map((member) => (
          <li key={member.account} class={css.person}>
            <Face names={[member.handle]} />
            <div class={css.who}>
              <bdi class={css.name}>{member.handle}</bdi>
              <p class={css.facts}>{factsOf(member)}</p>
            </div>
            {!member.me && (
              <div class={css.actions}>
                <Button onClick={() => setQuestion({ kind: member.blocked ? "unblock" : "block", member })}>
                  {say(member.blocked ? "people.unblock" : "people.block")}
                </Button>
                {isCircle && (
                  <Button look="quiet" onClick={() => setQuestion({ kind: "remove", member })}>
                    {say("people.remove")}
                  </Button>
                )}
              </div>
            )}
            <MemberDevices member={member} open={!isCircle} />
          </li>
        ))}
      </GroupList>
      {isCircle && <AddPeople conversation={conversation} />}
      {isCircle && <NotOkay crisis={crisis} />}
      {conversation.kind === "direct" && <Who conversation={conversation} />}
      <Section title={say("people.here")}>
        <GroupList>
          <LinkRow to={`#/c/${conversation.id}/safety`} icon="shield" text={say("safety.compare")} />
          <LinkRow to={`#/c/${conversation.id}/report`} icon="report" text={say("report.title")} />
          <li>
            <Switch
              label={say("people.mute")}
              hint={say("people.mute.hint")}
              on={muted}
              onChange={(on) => void ask(() => conversation.mute(on))}
            />
          </li>
        </GroupList>
        <p>
          <Button onClick={() => setQuestion({ kind: "leave" })}>{say("people.leave")}</Button>
        </p>
      </Section>
      {problem && <p role="alert">{problemText(problem)}</p>}
      {question && (
        <Dialog
          title={titleOf(question)}
          onClose={() => setQuestion(undefined)}
          actions={
            <>
              <Button onClick={() => setQuestion(undefined)}>{say("cancel")}</Button>
              <Button look="main" disabled={busy} onClick={() => void answer(question)}>
                {say(`people.${question.kind}`)}
              </Button>
            </>
          }
        >
          <p>{textOf(question, isCircle)}</p>
        </Dialog>
      )}
    </Screen>
  )
}

/** To ask for a credential; it comes with the words about credentials. */
function Who({ conversation }: { readonly conversation: Conversation }) {
  const loaded = useLoaded(() => import("../credentials/WhoIsThis"))
  return loaded ? <loaded.WhoIsThis conversation={conversation} /> : null
}

function carryOut(conversation: Conversation, question: Question) {
  switch (question.kind) {
    case "block":
    case "unblock":
      return conversation.block(question.member.account, question.kind === "block")
    case "remove":
      return conversation.removeMember(question.member.account)
    case "leave":
      return conversation.leave()
  }
}

function titleOf(question: Question): string {
  if (question.kind === "leave") return say("people.leave")
  return say(`people.${question.kind}.title`, { name: question.member.handle })
}

function textOf({ kind }: Question, isCircle: boolean): string {
  return kind === "block" && isCircle ? say("people.block.circle") : say(`people.${kind}.text`)
}

function factsOf(member: Member): string {
  return [
    member.me ? say("people.me") : "",
    member.staff ? say("people.staff") : "",
    member.verified ? say("encryption.verified") : "",
    member.blocked ? say("people.blocked") : "",
    member.leaving ? say("people.leaving") : "",
  ]
    .filter(Boolean)
    .join(" · ")
}

function AddPeople({ conversation }: { readonly conversation: Conversation }) {
  const [names, setNames] = useState("")
  const { busy, problem, ask } = useAsking()
  const handles = names.split(/[\s,،;]+/).filter(Boolean)
  return (
    <form
      class={css.add}
      onSubmit={(event) => {
        event.preventDefault()
        void ask(() => conversation.add(handles)).then(({ done }) => done && setNames(""))
      }}
    >
      <Field
        label={say("people.add")}
        hint={say("people.add.hint")}
        value={names}
        onInput={setNames}
        problem={problem && problemText(problem)}
        literal
        autocomplete="off"
      />
      <Button type="submit" disabled={busy || handles.length === 0}>
        {say(busy ? "busy" : "people.add.do")}
      </Button>
    </form>
  )
}
