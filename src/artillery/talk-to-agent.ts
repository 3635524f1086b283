import { Agent, type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import { agentPaths, type FlowNews, type PartNews } from './agent-messages.ts'
import type { FlowMetrics } from './metrics.ts'

/*
 * Uses `node:http`, which waits as long as a flow takes and needs no package on Artillery's machines.
 */

const connections = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

/** Starts the next user and waits for its outcome. */
export async function askFlow(url: string): Promise<FlowNews> {
  const response = await post(`${url}${agentPaths.flow}`)
  let news: FlowNews | undefined
  for await (const line of createInterface({ input: response })) news = JSON.parse(line) as FlowNews
  if (news === undefined) throw gone('it sent no answer')
  return news
}

/**
 * Starts a part of a load and waits for its end.
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

/** Creates the error for a run or a process that has ended. */
const gone = (reason: string): Error => coded('ABORTED', `The run has ended: ${reason}.`)

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code })
