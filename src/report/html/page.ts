import { createHash } from 'node:crypto'
import { html, type Insertable, trusted } from './safe-html.ts'
import { pageStyle } from './style.ts'

/**
 * Renders a self-contained page: no network, no server, no fonts. Its content security policy allows only its own script, and
 * no loading.
 *
 * @param page.script a script of the program itself, never a value from outside. @default none
 * @param page.style additional style. @default none
 * @param page.isLive allows the script to connect to the server of the page. @default false
 */
export function renderPage(page: {
  title: string
  main: Insertable
  footer: Insertable
  script?: string | undefined
  style?: string | undefined
  isLive?: boolean | undefined
}): string {
  const { title, main, footer, script, style = '', isLive = false } = page
  const scripts =
    script === undefined
      ? ''
      : ` script-src 'sha256-${createHash('sha256').update(script).digest('base64')}';`
  const policy = `default-src 'none'; style-src 'unsafe-inline';${scripts}${isLive ? " connect-src 'self';" : ''} base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(pageStyle + style)}</style>
</head>
<body>
<main>
${main}
</main>
<footer>${footer}</footer>
${script !== undefined && html`<script>${trusted(script)}</script>`}
</body>
</html>
`.html
}
