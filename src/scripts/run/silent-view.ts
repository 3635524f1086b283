import type { TerminalView } from '../../report/terminal.ts'

/** Shows nothing, for `--quiet`. */
export const silentView: TerminalView = { update() {}, note() {}, finish() {}, close() {} }
