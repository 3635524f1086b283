import { type Environment, variableSource } from './environment-layer.ts'
import type { Flags } from './flag-layer.ts'
import { type PresetName, presetNames, presets } from './presets.ts'
import { type Problem, quote } from './problem.ts'
import type { Layer, Offer, Source } from './source.ts'
import { suggest } from './suggest.ts'

/** The variable that names the preset. */
export const presetVariable = 'VANA_LOAD_PRESET'
/**
 * Finds the preset that flags, environment or config file name. An unknown one is a problem among all others.
 */
export function resolvePreset(options: {
  flags: Flags
  environment: Environment
  /** What the config file names. */
  inFile: Offer | undefined
  otherwise: PresetName
}): { name: PresetName; source: Source; problems: Problem[] } {
  const { flags, environment, inFile, otherwise } = options
  const variable = environment.get(presetVariable)
  const offers: (Offer | undefined)[] = [
    flags['--preset'] === undefined
      ? undefined
      : { value: flags['--preset'], source: { kind: 'flag', name: '--preset' } },
    variable?.value
      ? {
          value: variable.value,
          source: variableSource(presetVariable, variable),
        }
      : undefined,
    inFile,
  ]
  const offer = offers.find((candidate) => candidate !== undefined)
  if (offer === undefined) return { name: otherwise, source: { kind: 'default' }, problems: [] }
  const name = presetNames.find((candidate) => candidate === offer.value)
  if (name !== undefined) return { name, source: offer.source, problems: [] }
  const problem = {
    key: 'preset',
    source: offer.source,
    found: quote(offer.value),
    allowed: presetNames.join(', '),
    suggestion: typeof offer.value === 'string' ? suggest(offer.value, presetNames) : undefined,
  }
  return { name: otherwise, source: { kind: 'default' }, problems: [problem] }
}

/** Turns a preset into a layer of the configuration. */
export function layerOfPreset(name: PresetName): Layer {
  const source: Source = { kind: 'preset', name }
  return new Map(Object.entries(presets[name].values).map(([key, value]) => [key, { value, source }]))
}
