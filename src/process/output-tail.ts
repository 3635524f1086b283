/** The end of a process's output: whole lines, bounded in number and length. */
export type OutputTail = {
  /** Adds a piece of output and reports each line that it completes. */
  write(text: string): void
  /** Returns the last lines, oldest first, including an unfinished one. */
  lines(): string[]
}

/**
 * Makes a buffer that keeps the last lines of a stream and reports each completed line.
 *
 * @param keepLines number of lines to keep
 * @param onLine called with each whole line, without its end
 * @param maxLineLength number of characters to keep of a line; the rest is dropped
 */
export function createOutputTail(
  keepLines: number,
  onLine: (line: string) => void,
  maxLineLength = 16_384,
): OutputTail {
  const kept: string[] = []
  let unfinished = ''
  return {
    write(text) {
      const pieces = text.split('\n')
      const last = pieces.pop() ?? ''
      for (const piece of pieces) {
        const line = (unfinished + piece).slice(0, maxLineLength).replace(/\r$/, '')
        unfinished = ''
        kept.push(line)
        if (kept.length > keepLines) kept.shift()
        onLine(line)
      }
      unfinished = (unfinished + last).slice(0, maxLineLength)
    },
    lines: () => (unfinished === '' ? [...kept] : [...kept, unfinished].slice(-keepLines)),
  }
}
