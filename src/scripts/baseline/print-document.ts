import type { ReportDocument } from '../../report/document/document.ts'
import { printTerminal } from '../../report/terminal/print-terminal.ts'
import { colorsFor, columnsOf } from '../../report/terminal-text.ts'
import type { CommandIo } from '../cli/command-io.ts'

/** Prints a report for the terminal of a command, or for 100 columns without one. */
export const printDocument = (document: ReportDocument, { stdout, env }: CommandIo): string =>
  printTerminal(document, { columns: columnsOf(stdout, 100), colors: colorsFor(stdout, env) })
