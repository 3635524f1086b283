import type { Environment } from '../../results/environment.ts'
import { dependencyPairs } from '../dependency-pairs.ts'
import type { ReportNode } from '../document/document.ts'
import { code } from '../document/inline.ts'
import { formatBytes } from '../format-value.ts'
import type { ReportData } from '../report-data.ts'

/** The target, the machine and the configuration of a run. */
export function originSection({ summary, environment, config }: ReportData): ReportNode {
  return {
    kind: 'section',
    id: 'origin-title',
    title: 'Test setup',
    depth: 'full',
    nodes: [
      {
        kind: 'columns',
        layout: 'even',
        nodes: [
          dependencyPairs(summary.dependencies),
          ...(environment === null ? [] : [targetPairs(environment), machinePairs(environment)]),
        ],
      },
      ...configuration(config),
    ],
  }
}

function targetPairs({ target, faults }: Environment): ReportNode {
  return {
    kind: 'pairs',
    title: 'Target',
    pairs: [
      ['Chain', String(target.chainId)],
      ['RPC', target.rpcUrls.join(' ')],
      ['Storage', target.storage],
      ['Personal server', target.personalServer],
      ['API server', target.apiServer],
      ['Faults', faults.length === 0 ? 'none' : faults.join(', ')],
    ],
  }
}

function machinePairs({ machine, versions }: Environment): ReportNode {
  return {
    kind: 'pairs',
    title: 'Machine',
    pairs: [
      ['Processor', `${machine.cpus} × ${machine.cpuModel}`],
      ['Memory', formatBytes(machine.memoryBytes)],
      ['System', `${machine.platform} ${machine.arch}`],
      ...Object.entries(versions),
    ],
  }
}

function configuration(config: ReportData['config']): ReportNode[] {
  if (config.length === 0) return []
  const table: ReportNode = {
    kind: 'table',
    columns: [{ title: 'Key' }, { title: 'Value' }, { title: 'Source' }],
    rows: config.map(({ key, value, source }) => [code(key), value, source]),
  }
  return [{ kind: 'details', summary: `Configuration: ${config.length} values`, nodes: [table] }]
}
