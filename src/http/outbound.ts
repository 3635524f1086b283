import { Agent, Dispatcher, EnvHttpProxyAgent } from 'undici'
import { LoadTestError } from '../errors/load-test-error.ts'
import { isLoopback } from './host-name.ts'

/** Environment variables for proxies, in order of precedence. */
const proxyVariables = {
  http: ['http_proxy', 'HTTP_PROXY'],
  https: ['https_proxy', 'HTTPS_PROXY'],
  except: ['no_proxy', 'NO_PROXY'],
} as const

/** Names and addresses of this machine, as `NO_PROXY` lists them. */
const loopbackNames = ['localhost', '127.0.0.1', '::1', '[::1]']

type Environment = Record<string, string | undefined>

/**
 * Makes the agent for requests to targets and storages. Requests to this machine are direct. Others use the proxy that
 * `HTTPS_PROXY` or `HTTP_PROXY` names (`NO_PROXY` lists exceptions; lower-case names take precedence).
 *
 * @param options undici's, for the direct and the proxied connections alike
 * @throws LoadTestError `CONFIG_INVALID` if a proxy's URL is invalid; the message omits it, since it may contain a password
 * @example const agent = createHttpAgent({ connections: 64, pipelining: 1 })
 */
export function createHttpAgent(
  options: Agent.Options = {},
  environment: Environment = process.env,
): Dispatcher {
  const direct = new Agent(options)
  const httpProxy = proxyFrom(environment, proxyVariables.http)
  const httpsProxy = proxyFrom(environment, proxyVariables.https) ?? httpProxy
  if (httpProxy === undefined && httpsProxy === undefined) return direct
  const noProxy =
    proxyVariables.except.map((name) => environment[name]).find((value) => value !== undefined) ?? ''
  // An empty text means no proxy; with `undefined`, undici would read the environment again.
  const proxied = new EnvHttpProxyAgent({
    ...options,
    httpProxy: httpProxy ?? '',
    httpsProxy: httpsProxy ?? '',
    noProxy,
  })
  return new OutboundAgent(direct, proxied)
}

/** Returns whether requests to an origin stay on this machine and so bypass any proxy. */
export const staysHere = (origin: string | URL): boolean =>
  isLoopback(new URL(origin).hostname.replace(/^\[|\]$/g, ''))

/** Returns the variables that name a proxy. */
export const proxiesIn = (environment: Environment = process.env): string[] =>
  [...proxyVariables.https, ...proxyVariables.http].filter((name) => Boolean(environment[name]?.trim()))

/**
 * Adds this machine to `NO_PROXY`, for libraries and programs that read the environment themselves. Does nothing without a
 * proxy.
 */
export function exemptLoopback(environment: Environment = process.env): void {
  if (proxiesIn(environment).length === 0) return
  for (const name of proxyVariables.except) {
    const listed = (environment[name] ?? '').split(/[\s,]+/).filter((entry) => entry !== '')
    const missing = loopbackNames.filter((entry) => !listed.includes(entry))
    if (name === 'no_proxy' && environment[name] === undefined) continue
    environment[name] = [...listed, ...missing].join(',')
  }
}

class OutboundAgent extends Dispatcher {
  readonly #direct: Dispatcher
  readonly #proxied: Dispatcher

  constructor(direct: Dispatcher, proxied: Dispatcher) {
    super()
    this.#direct = direct
    this.#proxied = proxied
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { origin } = options
    const isHere = origin !== undefined && staysHere(origin)
    return (isHere ? this.#direct : this.#proxied).dispatch(options, handler)
  }

  override close(): Promise<void>
  override close(callback: () => void): void
  override close(callback?: () => void): Promise<void> | void {
    const closed = Promise.all([this.#direct.close(), this.#proxied.close()]).then(() => undefined)
    if (callback === undefined) return closed
    void closed.then(callback)
  }

  override destroy(error?: Error | null): Promise<void>
  override destroy(callback: () => void): void
  override destroy(error: Error | null, callback: () => void): void
  override destroy(error?: Error | null | (() => void), callback?: () => void): Promise<void> | void {
    const reason = typeof error === 'function' ? null : (error ?? null)
    const done = typeof error === 'function' ? error : callback
    const destroyed = Promise.all([this.#direct.destroy(reason), this.#proxied.destroy(reason)]).then(
      () => undefined,
    )
    if (done === undefined) return destroyed
    void destroyed.then(done)
  }
}

/** Returns the URL of a proxy. Like in other programs, `host:port` alone means http. */
function proxyFrom(environment: Environment, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = environment[name]?.trim()
    if (!value) continue
    const url = value.includes('://') ? value : `http://${value}`
    if (URL.canParse(url) && /^https?:/i.test(url)) return url
    throw new LoadTestError('CONFIG_INVALID', `${name} has to be the URL of an http or https proxy.`, {
      hint: 'Write it as http://proxy.example:3128, or unset the variable.',
    })
  }
  return undefined
}
