import type { Part } from '../load/split.ts'
import type { Problem } from './problem.ts'
import type { Resolved } from './resolve-parameters.ts'
import type { Source } from './source.ts'

/**
 * Chooses the key that pays, in place: of several funders that of this part of a load; else the one that is named, the
 * first of several, or the first relayer.
 *
 * Parts do not talk, so two that send with one key take each other's nonces.
 */
export function settleFunder(values: Map<string, Resolved>, problems: Problem[], notes: string[]): void {
  const part = values.get('load.part')?.value as Part | undefined
  const pays = values.get('flow.submission')?.value === 'direct'
  const isSplit = pays && part !== undefined && part.count > 1
  const [funders, relayers] = ['secrets.funderPrivateKeys', 'secrets.relayerPrivateKeys'].map((key) => {
    const value = values.get(key)?.value
    return Array.isArray(value) ? value.map(String) : []
  })
  const choose = (value: string | undefined, from: string): void => {
    const source: Source = { kind: 'derived', from }
    if (value !== undefined) values.set('secrets.funderPrivateKey', { value, source })
  }
  if (isSplit && funders?.length) {
    const different = new Set(funders.map((key) => key.toLowerCase())).size
    if (different >= part.count && different === funders.length) {
      choose(funders[part.index], `the funder of part ${part.index + 1}`)
    } else {
      problems.push({
        key: 'secrets.funderPrivateKeys',
        source: values.get('secrets.funderPrivateKeys')?.source,
        found: `${different} different keys for ${part.count} parts; each part needs its own key, and no key may appear twice`,
      })
    }
    return
  }
  if (values.get('secrets.funderPrivateKey') === undefined) {
    if (funders?.length) choose(funders[0], 'the first funder')
    else choose(relayers?.[0], 'the first relayer key')
  }
  if (!isSplit || values.get('target')?.value === 'local') return
  notes.push(
    `This is part ${part.index + 1} of ${part.count}: give each part a funder of its own ` +
      '(VANA_LOAD_FUNDER_PRIVATE_KEYS), or fund all wallets before (vana-load wallets fund). Parts that send with one ' +
      "key take each other's nonces.",
  )
}
