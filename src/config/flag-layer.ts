import type { NamedParameter } from './parameter-names.ts'
import type { Layer, Offer } from './source.ts'

/** Values of flags as the command line gave them, by flag, such as `--users`. */
export type Flags = Readonly<Record<string, unknown>>

/** Turns flags into a layer of the configuration. */
export function flagLayer(parameters: readonly NamedParameter[], flags: Flags): Layer {
  const layer = new Map<string, Offer>()
  for (const { key, flag } of parameters) {
    if (flag !== undefined && flags[flag] !== undefined) {
      layer.set(key, { value: flags[flag], source: { kind: 'flag', name: flag } })
    }
  }
  return layer
}
