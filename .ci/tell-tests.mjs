/**
 * Reads a report of the test runner and prints `<passed> <failed>`; says on standard error which tests failed, and which
 * passed only when they were run again, each with the beginning of its message.
 *
 *   node .ci/tell-tests.mjs tests.json
 */
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))

/** A message without its stack, which the runner has printed in full above. */
const brief = (messages) =>
  messages
    .map((message) => message.split('\n    at ')[0].slice(0, 600))
    .join('\n')
    .replaceAll('\n', '\n    ')

function tell(verb, title, where, messages) {
  console.error(`${verb}: ${title}\n    ${where}\n    ${brief(messages)}`)
}

for (const file of report.testResults) {
  const where = file.name.replace(`${process.cwd()}/`, '')
  for (const { status, fullName, failureMessages } of file.assertionResults) {
    if (status === 'failed') tell('FAILED', fullName, where, failureMessages)
    else if (failureMessages.length > 0) tell('PASSED ONLY THE SECOND TIME', fullName, where, failureMessages)
  }
  // A file that could not be loaded, or a hook that failed, has a message and perhaps no failed test.
  if (file.status === 'failed' && file.message) tell('FAILED', 'the file itself', where, [file.message])
}
console.log(report.numPassedTests, report.numFailedTests)
