import { readRun } from '../results/read-run.ts'
import type { RunFolder } from '../results/run-folder.ts'
import { renderHtmlReport } from './html.ts'
import { renderJunitReport } from './junit.ts'
import { renderMarkdownReport } from './markdown.ts'
import { loadReportData, type ReportData } from './report-data.ts'

/**
 * Writes `report.html`, `report.md` and `junit.xml` from what the run's folder holds, so that a report rendered again
 * later is the same. Call it after the summary was written.
 *
 * @returns what the reports were made from
 * @throws LoadTestError RESULTS_UNWRITABLE, RUN_UNREADABLE
 * @example await writeReports(folder)
 */
export async function writeReports(folder: Pick<RunFolder, 'path' | 'writeReport'>): Promise<ReportData> {
  const data = await loadReportData(await readRun(folder.path))
  await folder.writeReport('html', renderHtmlReport(data))
  await folder.writeReport('markdown', renderMarkdownReport(data))
  await folder.writeReport('junit', renderJunitReport(data))
  return data
}
