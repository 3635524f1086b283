/** HTML, made only by {@link html} or {@link trusted}. */
export type SafeHtml = { readonly html: string }

/** A value in a template: text is escaped, lists are joined, `null` and `false` are left out. */
export type Insertable = SafeHtml | string | number | null | false | readonly Insertable[]

/**
 * Template for HTML that escapes every inserted value unless it is HTML from this function.
 *
 * @example html`<b title="${name}">${name}</b>`.html
 */
export function html(strings: TemplateStringsArray, ...values: readonly Insertable[]): SafeHtml {
  let text = strings[0] ?? ''
  for (const [index, value] of values.entries()) text += insert(value) + (strings[index + 1] ?? '')
  return { html: text }
}

/** Marks text of the program itself, such as its style sheet, as HTML. Never for a value from outside. */
export function trusted(text: string): SafeHtml {
  return { html: text }
}

/**
 * Returns a value as JSON for a script element, without `<`, so that no text can end the element.
 *
 * @example jsonForScript({ text: '</script>' })
 */
export function jsonForScript(value: unknown): SafeHtml {
  const separators = /[<>&\u2028\u2029]/g
  const toEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return { html: JSON.stringify(value).replace(separators, toEscape) }
}

function insert(value: Insertable): string {
  if (value === null || value === false) return ''
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  if ('html' in value) return value.html
  return value.map(insert).join('')
}

/** Escapes text for element content and quoted attributes. Control characters, which HTML does not allow, are replaced. */
export function escapeHtml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
  )
}
