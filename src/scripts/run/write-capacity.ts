import { join } from 'node:path'
import type { Redactor } from '../../redaction/redact.ts'
import { capacityDocument } from '../../report/capacity/capacity-document.ts'
import { printHtml } from '../../report/html/print-html.ts'
import { printMarkdown } from '../../report/markdown/print-markdown.ts'
import type { Capacity } from '../../results/capacity-schema.ts'
import { writeAtomically } from '../../results/write-atomically.ts'

/** Writes the document of a capacity search into its folder: as JSON, Markdown and HTML, free of secrets. */
export async function writeCapacity(
  capacity: Capacity,
  { path, redact }: { path: string; redact: Redactor },
): Promise<void> {
  const redacted = redact.deep(capacity)
  await writeAtomically(join(path, 'capacity.json'), `${JSON.stringify(redacted, null, 2)}\n`)
  await writeAtomically(join(path, 'capacity.md'), redact.text(printMarkdown(capacityDocument(capacity))))
  await writeAtomically(join(path, 'capacity.html'), redact.text(printHtml(capacityDocument(capacity))))
}
