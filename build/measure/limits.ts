import { basename } from 'node:path'
import { measureFunctions } from './functions.ts'
import { importCircles } from './import-circles.ts'
import { byName, type Offenders } from './known-offenders.ts'
import { countLooseTypes } from './loose-types.ts'
import { findOddPhrases } from './plain-words.ts'
import type { SourceFile } from './source-files.ts'

/** Maximum size of a file, a function and a parameter list. Exceptions state a reason. */
export const limits = { fileLines: 300, functionLines: 100, parameters: 4 }

/** Files that are longer on purpose, and why. */
export const reasonedFiles: Record<string, string> = {
  'src/lib/load-test-parameters.ts': 'A field for each parameter, written from the parameter table.',
}

/**
 * Finds everything in the code and the texts that exceeds a limit.
 *
 * @param files without tests
 */
export function findOffences(files: readonly SourceFile[]): Offenders {
  const functions = files.flatMap(measureFunctions)
  const loose = files.map((file) => [file.path, countLooseTypes(file)] as const)
  return {
    circles: byName(importCircles(files).flatMap((circle) => circle.map((path) => [path, 1] as const))),
    functionLines: byName(
      functions.filter(({ lines }) => lines > limits.functionLines).map(({ place, lines }) => [place, lines]),
    ),
    fileLines: byName(
      files
        .filter(({ path, lines }) => lines > limits.fileLines && !(path in reasonedFiles))
        .map(({ path, lines }) => [path, lines]),
    ),
    parameters: byName(
      functions
        .filter(({ parameters }) => parameters > limits.parameters)
        .map(({ place, parameters }) => [place, parameters]),
    ),
    looseTypes: byName(
      loose
        .filter(([, { any, nonNull }]) => any + nonNull > 0)
        .map(([path, { any, nonNull }]) => [path, any + nonNull]),
    ),
    words: phrasesByFile(),
  }
}

/** Counts the odd phrases of each file; files of one name count together. */
function phrasesByFile(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { path } of findOddPhrases()) counts[basename(path)] = (counts[basename(path)] ?? 0) + 1
  return counts
}
