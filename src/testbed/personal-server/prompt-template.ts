import type { Profile } from './profile.ts'
import { placeholder } from './prompt.ts'
import { type PythonDict, pythonTypeName } from './python-value.ts'

/**
 * Takes the prompt template out of a grant's parameters; none is an empty one.
 *
 * @throws {Error} with Python's text when it is not a string
 * @example promptTemplateOf(new Map([['prompt', 'Summarise {{data}}']]), profile) // 'Summarise {{data}}'
 */
export function promptTemplateOf(parameters: PythonDict, profile: Profile): string {
  const template = parameters.has('prompt') ? (parameters.get('prompt') ?? null) : ''
  if (typeof template !== 'string') {
    const type = pythonTypeName(template)
    const searchable = type === 'list' || type === 'dict'
    throw new Error(
      profile.appendsPlaceholder && !searchable
        ? `argument of type '${type}' is not iterable`
        : `'${type}' object has no attribute 'replace'`,
    )
  }
  if (!profile.appendsPlaceholder || template.includes(placeholder)) return template
  return `${template}\n\n${placeholder}`
}
