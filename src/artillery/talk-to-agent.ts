import { Agent, type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import { agentPaths, type FlowNews, type PartNews } from './agent-messages.ts'
import type { FlowMetrics } from './metrics.ts'

/*
 * Plain `node:http`: it waits as long as a flow takes, and needs no package on Artillery's machines.
 */

const connections = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

/** Has the next user come, and waits for what becomes of it. */
export async function askFlow(url: string): Promise<FlowNews> {
  const response = await post(`${url}${agentPaths.flow}`)
  let news: FlowNews | undefined
  for await (const line of createInterface({ input: response })) news = JSON.parse(line) as FlowNews
  if (news === undefined) throw gone('it sent no answer')
  return news
}

/**
 * Has a part of a load begin, and waits for its end.
 *
 * @param onFlow called with each flow as it ends
 * @returns the exit code of the run
 */
export async function askPart(url: string, onFlow: (metrics: FlowMetrics) => void): Promise<number> {
  const response = await post(`${url}${agentPaths.part}`)
  let refusal: string | undefined
  for await (const line of createInterface({ input: response })) {
    const news = JSON.parse(line) as PartNews
    if ('ended' in news) return news.ended.exitCode
    if (response.headers['content-type'] === 'application/json') refusal = news.failure?.message
    onFlow(news)
  }
  throw refusal === undefined ? gone('it sent no end') : coded('CONFIG_INVALID', refusal)
}

function post(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { method: 'POST', agent: connections }, resolve)
      .on('error', (error) => reject(gone(error.message)))
      .end()
  })
}

/** The run has ended, or its process has. */
const gone = (reason: string): Error => coded('ABORTED', `The run does not go on: ${reason}.`)

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code })
