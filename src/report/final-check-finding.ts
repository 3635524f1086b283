import type { FinalCheck } from '../results/final-check-schema.ts'
import type { Summary } from '../results/summary-schema.ts'
import type { Finding } from './findings.ts'
import { formatCounted } from './format-value.ts'

/** What the last look at the chain changed about a run, and whether it could be taken. */
export function finalCheckFindings({ finalCheck }: Pick<Summary, 'finalCheck'>): Finding[] {
  return finalCheck === null ? [] : [...corrected(finalCheck), ...incomplete(finalCheck)]
}

function corrected({ lost, moved, late, reorganizations, deepest }: FinalCheck): Finding[] {
  const changed = lost + moved + late
  if (changed === 0 && reorganizations === 0) return []
  const seen =
    reorganizations === 0
      ? ''
      : `The chain was reorganized ${formatCounted(reorganizations, 'time')}, at most ${formatCounted(deepest, 'block')} deep. `
  const what = [
    ...(lost > 0 ? [`${lost} lost their transaction (TX_REORGED if they had succeeded)`] : []),
    ...(moved > 0 ? [`${moved} have it in another block or with another permission`] : []),
    ...(late > 0 ? [`${late} had given up on one that was mined later`] : []),
  ]
  const text =
    changed === 0
      ? `${seen}No flow had to be corrected.`
      : `${seen}${formatCounted(changed, 'flow')} ${changed === 1 ? 'was' : 'were'} corrected at the end: ${what.join(', ')}.`
  const hint =
    lost > 0
      ? `With --confirmations ${deepest + 1} or more, flows wait until their block is out of reach.`
      : null
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
  const text = `The successes of the last blocks could not be checked once more: ${reason}`
  return [{ title: 'Not checked again', tone: 'warn', text, hint: '`vana-load audit` checks them later.' }]
}
