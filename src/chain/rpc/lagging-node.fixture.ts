import { keccak256, numberToHex } from 'viem'
import {
  type CallAnswer,
  type ReceivedCall,
  type ScriptedNode,
  startScriptedNode,
} from './scripted-node.fixture.ts'

/**
 * Starts a node as clients see one behind a load balancer: sends and counts are answered by a backend that is up to date,
 * blocks and receipts by one that is some blocks behind, and the answer to the first sending of each transaction is lost.
 */
export async function startLaggingNode(options: {
  upstream: string
  chainId: number
  /** How many blocks the second backend is behind. */
  blocks: number
}): Promise<ScriptedNode> {
  const node = await startScriptedNode(options)
  const offered = new Set<string>()

  async function shownHead(): Promise<number> {
    const answer = await node.forward({ id: 0, method: 'eth_blockNumber', params: [] })
    return 'result' in answer ? Math.max(0, Number(answer.result) - options.blocks) : 0
  }

  async function showReceipt(call: ReceivedCall): Promise<CallAnswer> {
    const [answer, head] = await Promise.all([node.forward(call), shownHead()])
    const receipt = 'result' in answer ? (answer.result as { blockNumber: string } | null) : null
    return receipt !== null && Number(receipt.blockNumber) > head ? { result: null } : answer
  }

  async function showBlock(call: ReceivedCall): Promise<CallAnswer> {
    const [which, ...rest] = call.params
    const head = await shownHead()
    if (which === 'latest') return await node.forward({ ...call, params: [numberToHex(head), ...rest] })
    return Number(which) > head ? { result: null } : await node.forward(call)
  }

  async function send(call: ReceivedCall): Promise<CallAnswer> {
    const answer = await node.forward(call)
    const hash = keccak256(call.params[0] as `0x${string}`)
    if (offered.has(hash)) return answer
    offered.add(hash)
    return { error: { code: -32603, message: 'internal error' } }
  }

  node.answer = async (call) => {
    switch (call.method) {
      case 'eth_blockNumber':
        return { result: numberToHex(await shownHead()) }
      case 'eth_getBlockByNumber':
      case 'eth_getBlockReceipts':
        return await showBlock(call)
      case 'eth_getTransactionReceipt':
        return await showReceipt(call)
      case 'eth_sendRawTransaction':
        return await send(call)
      default:
        return undefined
    }
  }
  return node
}
