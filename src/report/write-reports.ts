import { readRun } from '../results/read-run.ts'
import type { RunFolder } from '../results/run-folder.ts'
import { printHtml } from './html/print-html.ts'
import { renderJunitReport } from './junit.ts'
import { printMarkdown } from './markdown/print-markdown.ts'
import { loadReportData, type ReportData } from './report-data.ts'
import { runDocument } from './run/run-document.ts'

/**
 * Writes `report.html`, `report.md` and `junit.xml` from what the run's folder contains, so that a report rendered again
 * later is the same. Call it after the summary was written.
 *
 * @returns the data of the reports
 * @throws LoadTestError RESULTS_UNWRITABLE, RUN_UNREADABLE
 * @example await writeReports(folder)
 */
export async function writeReports(folder: Pick<RunFolder, 'path' | 'writeReport'>): Promise<ReportData> {
  const data = await loadReportData(await readRun(folder.path))
  const document = runDocument(data)
  await folder.writeReport('html', printHtml(document))
  await folder.writeReport('markdown', printMarkdown(document))
  await folder.writeReport('junit', renderJunitReport(data))
  return data
}
