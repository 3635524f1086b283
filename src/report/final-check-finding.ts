import type { FinalCheck } from '../results/final-check-schema.ts'
import type { Summary } from '../results/summary-schema.ts'
import type { Finding } from './finding.ts'
import { formatCounted } from './format-value.ts'

/** What the final check of the chain corrected, and whether it could be completed. */
export function finalCheckFindings({ finalCheck }: Pick<Summary, 'finalCheck'>): Finding[] {
  return finalCheck === null ? [] : [...corrected(finalCheck), ...incomplete(finalCheck)]
}

function corrected({ lost, moved, late, reorganizations, deepest }: FinalCheck): Finding[] {
  const changed = lost + moved + late
  if (changed === 0 && reorganizations === 0) return []
  const seen =
    reorganizations === 0
      ? ''
      : `The chain was reorganized ${formatCounted(reorganizations, 'time')}, up to ${formatCounted(deepest, 'block')} deep. `
  const what = [
    lost > 0 && `${lost} lost their transaction (TX_REORGED if they had succeeded)`,
    moved > 0 && `${moved} have it in another block or with another permission`,
    late > 0 && `${late} timed out on a transaction that was mined later`,
  ].filter((text) => text !== false)
  const text =
    changed === 0
      ? `${seen}No flow was affected.`
      : `${seen}${formatCounted(changed, 'flow')} ${changed === 1 ? 'was' : 'were'} corrected at the end of the run: ${what.join(', ')}.`
  const hint =
    lost > 0 ? `Set --confirmations to ${deepest + 1} or more, so that flows wait for deeper blocks.` : null
  return [
    {
      title: reorganizations > 0 ? 'Reorganizations' : 'Late transactions',
      tone: lost > 0 ? 'bad' : 'warn',
      text,
      hint,
    },
  ]
}

function incomplete({ incomplete: reason }: FinalCheck): Finding[] {
  if (reason === null) return []
  const text = `The successes in the last blocks could not be checked again: ${reason}`
  return [
    { title: 'Not checked again', tone: 'warn', text, hint: 'Check them later with `vana-load audit`.' },
  ]
}
