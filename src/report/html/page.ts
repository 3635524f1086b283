import { createHash } from 'node:crypto'
import { html, type Insertable, trusted } from './safe-html.ts'
import { pageStyle } from './style.ts'

/**
 * Puts a page together that needs nothing else: no network, no server, no fonts. Its own policy lets no script run but the
 * one it was made with, and lets it load nothing.
 *
 * @param page.script the program's own, never a value from outside. @default none
 * @param page.style more of it, after that of every page. @default none
 * @param page.isLive lets the script ask the server that the page came from. @default false
 */
export function renderPage(page: {
  title: string
  main: Insertable
  footer: Insertable
  script?: string
  style?: string
  isLive?: boolean
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
