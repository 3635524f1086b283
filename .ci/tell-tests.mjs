/**
 * Reads a report of the test runner and prints `<passed> <failed>`. On standard error, lists the tests that failed and those that
 * passed only on a retry, each with the beginning of its message.
 *
 * A test that needed a retry counts as passed until it has been listed in `.ci/retried.json` for a week
 * (`{ "test/file.test.ts > the test's full name": "2026-11-30" }`). Then it counts as failed.
 *
 *   node .ci/tell-tests.mjs tests.json
 */
import { readFileSync } from 'node:fs'

const weekMs = 7 * 24 * 3_600_000
const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const listed = JSON.parse(readFileSync(new URL('retried.json', import.meta.url), 'utf8'))
let overdue = 0

/** Returns a message without its stack, which the runner has already printed. */
const brief = (messages) =>
  messages
    .map((message) => message.split('\n    at ')[0].slice(0, 600))
    .join('\n')
    .replaceAll('\n', '\n    ')

function tell(verb, title, where, messages) {
  console.error(`${verb}: ${title}\n    ${where}\n    ${brief(messages)}`)
}

function tellRetried(title, where, messages) {
  const since = listed[`${where} > ${title}`]
  if (since !== undefined && Date.now() - Date.parse(since) > weekMs) {
    overdue += 1
    tell(`FAILED (needed a retry, and is in .ci/retried.json since ${since})`, title, where, messages)
    return
  }
  tell('PASSED ONLY ON A RETRY', title, where, messages)
  if (since === undefined) {
    const today = new Date().toISOString().slice(0, 10)
    console.error(`    Fix it, or list it for a week in .ci/retried.json: "${where} > ${title}": "${today}"`)
  }
}

for (const file of report.testResults) {
  const where = file.name.replace(`${process.cwd()}/`, '')
  for (const { status, fullName, failureMessages } of file.assertionResults) {
    if (status === 'failed') tell('FAILED', fullName, where, failureMessages)
    else if (failureMessages.length > 0) tellRetried(fullName, where, failureMessages)
  }
  // A file that failed to load, or a failed hook, has a message but perhaps no failed test.
  if (file.status === 'failed' && file.message) tell('FAILED', 'the file itself', where, [file.message])
}
console.log(report.numPassedTests - overdue, report.numFailedTests + overdue)
