import assert from "node:assert/strict"
import { test } from "node:test"
import type { SharedPurpose } from "./sharing-models"
import { isShownFirst, isWeighty, sharingStanding } from "./sharing-rules"

const AT = new Date("2026-03-17T15:30:00Z")
const HOST = { host: "pay.example.org", types: ["session.*"], hearsOfCrises: false }
const purpose = (more: Partial<SharedPurpose> = {}): SharedPurpose => ({
  ...{ purpose: "reward", version: 2, isGiven: false, givenVersion: undefined, givenAt: undefined },
  ...{ takenBackAt: undefined, wasTold: false, recipients: [] },
  ...more,
})

test("a yes to other words is not a yes, and is not nothing either", () => {
  assert.equal(sharingStanding(purpose()), "none")
  assert.equal(sharingStanding(purpose({ isGiven: true, givenVersion: 2, givenAt: AT })), "given")
  assert.equal(sharingStanding(purpose({ givenVersion: 1, givenAt: AT })), "older")
  assert.equal(sharingStanding(purpose({ givenVersion: 1, givenAt: AT, takenBackAt: AT })), "taken_back")
})

test("what stays for ever and what is about a crisis is looked at twice", () => {
  assert.ok(!isWeighty(purpose({ recipients: [HOST] })))
  assert.ok(isWeighty(purpose({ recipients: [HOST, { ...HOST, hearsOfCrises: true }] })))
  assert.ok(isWeighty(purpose({ purpose: "chain", recipients: [HOST] })))
})

test("a yes is shown even where nobody would be told", () => {
  assert.ok(!isShownFirst(purpose()))
  assert.ok(!isShownFirst(purpose({ givenVersion: 1, takenBackAt: AT })))
  assert.ok(isShownFirst(purpose({ recipients: [HOST] })))
  assert.ok(isShownFirst(purpose({ isGiven: true, givenVersion: 2 })))
  assert.ok(isShownFirst(purpose({ givenVersion: 1 })))
})
